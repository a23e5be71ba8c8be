// Label files of every kind that people bring: read as meant, or refused with the reason.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { describeWithData, sharedData } from '../../../test/support/shared.js';
import { readLabels } from './index.js';

const read = (name: string, text: string, classes?: number) =>
  readLabels(name, new TextEncoder().encode(text), classes);
const PETS = ['cat', 'dog', 'guinea pig'];

describe('readLabels reads', () => {
  for (const [what, name, text] of [
    ['one name a line', 'l.txt', 'cat\ndog\nguinea pig\n'],
    ['lines of Windows and of an old Mac', 'l.txt', 'cat\r\ndog\rguinea pig\r\n\r\n'],
    ['WordNet keys', 'synset_words.txt', 'n02123045 cat\nn02084071 dog\nn02364673 guinea pig'],
    ['numbers before names', 'l.txt', '0 cat\n1 dog\n2 guinea pig'],
    ['numbers in another order', 'l.txt', '2: guinea pig\n0: cat\n1: dog'],
    ['numbers and WordNet keys', 'l.txt', '0 n02123045 cat\n1 n02084071 dog\n2 n02364673 guinea pig'],
    ['numbers behind names', 'categories.txt', 'cat 0\ndog 1\nguinea pig 2'],
    ['numbers behind names in another order', 'l.txt', 'dog\t1\ncat\t0\nguinea pig\t2'],
    ['the body of a list', 'l.txt', '"cat",\n"dog",\n"guinea pig"'],
    ['names of Darknet', 'coco.names', 'cat\ndog\nguinea pig\n'],
    ['a JSON list', 'l.json', '["cat", "dog", "guinea pig"]'],
    ['a JSON dict of numbers', 'l.json', '{"2": "guinea pig", "0": "cat", "1": "dog"}'],
    ['Keras’s class index', 'i.json', '{"0": ["n1", "cat"], "1": ["n2", "dog"], "2": ["n3", "guinea pig"]}'],
    ['a JSON dict of names', 'class_indices.json', '{"dog": 1, "guinea pig": 2, "cat": 0}'],
    [
      'a JSON list of dicts',
      'l.json',
      '[{"id": 1, "name": "dog"}, {"id": 0, "name": "cat"}, {"id": 2, "name": "guinea pig"}]',
    ],
    [
      'a config of Hugging Face',
      'config.json',
      '{"hidden": [1], "id2label": {"0": "cat", "1": "dog", "2": "guinea pig"}, "label2id": {"cat": 0}}',
    ],
    [
      'both directions where they agree',
      'l.json',
      '{"idx_to_class": {"0": "cat", "1": "dog", "2": "guinea pig"}, "class_to_idx": {"guinea pig": 2, "dog": 1, "cat": 0}}',
    ],
    ['a list under a key', 'l.json', '{"labels": ["cat", "dog", "guinea pig"], "version": 2}'],
    ['a Python dict in a .txt', 'idx.txt', "{0: 'cat',\n 1: \"dog\",\n 2: 'guinea\\x20pig',}"],
    [
      'a Python list with its name and comments',
      'l.py',
      "# pets\nLABELS = [\n  'cat',  # the first\n  u'dog',\n  'guinea pig',\n]\n",
    ],
    ['a JavaScript object', 'l.js', 'export const PETS = {0: "cat", 1: "dog", 2: "guinea pig"};'],
    ['CSV with a header', 'l.csv', 'id,name\n0,cat\n1,dog\n2,guinea pig\n'],
    ['CSV with columns in another order', 'l.csv', 'name,mid,index\nguinea pig,/m/3,2\ncat,/m/1,0\ndog,/m/2,1\n'],
    ['CSV with pandas’ unnamed index', 'l.csv', ',class_name\n0,cat\n1,dog\n2,guinea pig\n'],
    ['CSV without a header', 'l.csv', '0,cat\n1,dog\n2,"guinea pig"\n'],
    ['CSV of one column', 'l.csv', 'cat\ndog\n"guinea pig"'],
    ['CSV of one column with a title', 'l.csv', 'name\ncat\ndog\nguinea pig'],
    ['CSV of Excel', 'l.csv', 'sep=;\nindex;name\n0;cat\n1;dog\n2;guinea pig\n'],
    ['CSV titled in another language', 'l.csv', 'Nummer,Tier\n1,dog\n0,cat\n2,guinea pig'],
    ['CSV of keys and words', 'l.csv', 'wnid,words\nn01,cat\nn02,dog\nn03,guinea pig'],
    ['TSV with a header', 'l.tsv', 'class\tlabel\n0\tcat\n1\tdog\n2\tguinea pig'],
    ['a table in a .txt', 'l.txt', 'index,name\n1,dog\n0,cat\n2,guinea pig'],
    ['a YAML list', 'l.yaml', '# pets\n---\n- cat\n- "dog"\n- guinea pig # round\n'],
    ['a YAML dict', 'l.yml', "0: cat\n1: dog\n2: 'guinea pig'\n"],
    [
      'a data.yaml of YOLO',
      'data.yaml',
      'train: ../images # here\nnc: 3\nnames:\n  0: cat\n  1: dog\n  2: guinea pig\n\ndownload: |\n  import x\n  x.get("y")\n',
    ],
    ['a YAML list under a key, not indented', 'l.yaml', 'names:\n- cat\n- dog\n- guinea pig\nnc: 3'],
    ['a YAML flow list over lines', 'l.yaml', "names: ['cat', dog,\n  guinea pig]\n"],
    ['a YAML flow dict', 'l.yaml', '{0: cat, 1: dog, 2: guinea pig}'],
    ['a YAML list of dicts', 'l.yaml', '- id: 0\n  name: cat\n- id: 1\n  name: dog\n- {id: 2, name: guinea pig}'],
  ] as const) {
    test(what, () => expect(read(name, text, 3)).toEqual(PETS));
  }

  test('UTF-8 and UTF-16 with byte order marks', () => {
    const text = 'Kätzchen\r\nHündchen\r\n';
    const wide = Uint16Array.from(`\ufeff${text}`, (c) => c.charCodeAt(0));
    const little = new Uint8Array(wide.buffer);
    const big = little.map((_, i) => little[i ^ 1]);
    for (const bytes of [new TextEncoder().encode(`\ufeff${text}`), little, big]) {
      expect(readLabels('l.txt', bytes)).toEqual(['Kätzchen', 'Hündchen']);
    }
  });

  test('names that hold commas, quotes, numbers and the words of YAML as they are', () => {
    expect(read('l.txt', 'tench, Tinca tinca\ncrane\ncrane')).toEqual(['tench, Tinca tinca', 'crane', 'crane']);
    expect(read('l.csv', '0,"tench, ""Tinca"" tinca"\n1,crane')).toEqual(['tench, "Tinca" tinca', 'crane']);
    expect(read('l.txt', 'Boeing 737\nBoeing 747\nAirbus 320')).toEqual(['Boeing 737', 'Boeing 747', 'Airbus 320']);
    expect(read('l.txt', '0\n1\n2')).toEqual(['0', '1', '2']);
    expect(read('l.txt', 'level 0\nlevel 1')).toEqual(['level 0', 'level 1']);
    expect(read('l.yaml', "- no\n- off\n- man's best friend\n- don't")).toEqual([
      'no',
      'off',
      "man's best friend",
      "don't",
    ]);
    expect(read('l.txt', '3d printer\n2 wheeler\ncar')).toEqual(['3d printer', '2 wheeler', 'car']);
  });

  test('empty lines between names, where the count says what they are', () => {
    expect(read('l.txt', 'cat\n\ndog\n\nguinea pig\n', 3)).toEqual(PETS);
    expect(read('l.txt', 'cat\n\ndog\n', 3)).toEqual(['cat', 'class 1', 'dog']);
  });
});

describe('readLabels refuses', () => {
  for (const [what, name, text, message] of [
    [
      'another count',
      'l.json',
      '["cat", "dog"]',
      "l.json: 2 names for a net of 3 classes; the first is 'cat', the last 'dog'",
    ],
    [
      'numbers from 1',
      'l.txt',
      '1 cat\n2 dog\n3 guinea pig',
      "'cat' is 1 and 'guinea pig' is 3, but classes are counted from 0",
    ],
    [
      'ImageNet’s other numbering',
      'map_clsloc.txt',
      'n02119789 1 kit_fox\nn02100735 2 English_setter',
      "'kit_fox' is 1",
    ],
    ['numbers from 1 behind names', 'l.txt', 'dog 2\ncat 1\nguinea pig 3', "'cat' is 1"],
    [
      'a number twice',
      'l.csv',
      'id,name\n0,cat\n1,dog\n1,guinea pig',
      "two names have the number 1: 'dog' and 'guinea pig'",
    ],
    ['a repeated key of JSON', 'l.json', '{"0": "cat", "0": "dog"}', "two names have the number 0: 'cat' and 'dog'"],
    [
      'a gap',
      'l.json',
      '{"0": "cat", "1": "dog", "3": "guinea pig"}',
      'no name has the number 2; there are 3 names, the last has the number 3',
    ],
    [
      'a name that two classes share in a dict of names',
      'l.json',
      '{"crane": 0, "dog": 1, "crane": 3}',
      'no name has the number 2',
    ],
    [
      'a dict without numbers',
      'l.json',
      '{"n02123045": "cat", "n02084071": "dog"}',
      "neither all keys nor all values are numbers of classes: 'n02123045' is 'cat'",
    ],
    ['numbers for numbers', 'l.json', '{"0": 1, "1": 0}', 'its keys and its values are both numbers'],
    [
      'two words for a class',
      'l.json',
      '[["cat", "Felis catus"], ["dog", "Canis lupus"]]',
      "entry 0 is ['cat', 'Felis catus']: which of the two",
    ],
    [
      'two lists',
      'meta.json',
      '{"fine_label_names": ["a"], "coarse_label_names": ["b"]}',
      "which of 'fine_label_names', 'coarse_label_names' holds",
    ],
    ['null', 'l.json', '["cat", null]', 'entry 1 is null, not a name'],
    ['broken JSON', 'l.json', '["cat" "dog"]', "line 1: expected ',' or ']', found '\"dog\"]'"],
    ['JSON cut short', 'l.json', '["cat",\n"do', 'line 2: a string that does not end'],
    ['JSON of lines', 'l.json', '{"id": 0}\n{"id": 1}', 'line 2: the list ends before \'{"id": 1}\''],
    ['a program', 'l.py', "LABELS = ['cat']\nprint(LABELS)", "line 2: the list ends before 'print(LABELS'"],
    ['most lines numbered', 'l.txt', '0 cat\n1 dog\nguinea pig', "line 3 does not: 'guinea pig'"],
    ['two numbers a line', 'l.txt', '0 1 cat\n1 0 dog', "begin with two numbers ('0 1 cat')"],
    ['an empty line', 'l.txt', 'cat\n\ndog\n\nguinea pig\nmouse', 'line 2 is empty (4 names, 6 lines)'],
    ['a comment', 'l.txt', '# pets\ncat\ndog', "line 1: '# pets' may be a comment or a name"],
    ['one line of all names', 'l.txt', 'cat, dog, guinea pig', 'it is one line'],
    ['a list of pictures', 'val.txt', 'ILSVRC_1.jpg 0\nILSVRC_2.jpg 2', "it lists pictures ('ILSVRC_1.jpg 0')"],
    ['columns in a .txt', 'l.txt', 'cat\tFelis\ndog\tCanis', 'line 1 has several columns'],
    [
      'an unquoted comma in CSV',
      'l.csv',
      'id,name\n0,tench, Tinca tinca\n1,dog',
      'row 1 has 2 columns, row 2 has 3 columns',
    ],
    ['CSV without a column of names', 'l.csv', 'cat,Felis\ndog,Canis', 'it has 2 columns and no header'],
    ['CSV with two columns of names', 'l.csv', 'label,category\ncat,Felis\ndog,Canis', 'which of its columns'],
    [
      'a title or a name',
      'l.csv',
      'text\ntitle\nfigure\ntable',
      "is its first row, 'text', a title or the name of class 0?",
    ],
    [
      'a column of numbers that is none',
      'l.csv',
      'index,name\nzero,cat\n1,dog',
      "its column 'index' should hold whole numbers, it holds 'zero'",
    ],
    ['YAML’s anchors', 'l.yaml', 'a: &x\nnames: [cat, dog]', "line 1: '&x': anchors"],
    ['a YAML list that ends early', 'l.yaml', '- cat\ndog', "line 2: 'dog' belongs to nothing"],
    ['YAML’s texts over lines', 'l.yaml', '- cat\n- dog\n  house', 'line 3'],
    ['YAML’s documents', 'l.yaml', '- cat\n---\n- dog', 'line 2: several documents'],
    [
      'YAML with another count than it says',
      'data.yaml',
      'nc: 4\nnames: [cat, dog, mouse]',
      'it says that there are 4 classes and has 3 names',
    ],
    ['YAML without a value', 'l.yaml', '0: cat\n1:\n2: dog', "'1' is null, not a name"],
    [
      'a label map of TensorFlow',
      'mscoco.pbtxt',
      "item {\n id: 1\n name: 'cat'\n}",
      'a label map of TensorFlow, which counts from 1',
    ],
    ['a web page', 'labels.txt', '<!DOCTYPE html><html></html>', 'it is a web page'],
    ['a Git LFS pointer', 'labels.txt', 'version https://git-lfs.github.com/spec/v1\noid x', 'it is a Git LFS pointer'],
    ['an empty file', 'labels.txt', ' \n', 'it is empty'],
  ] as const) {
    test(what, () => {
      const reading = () => read(name, text, what === 'another count' ? 3 : undefined);
      expect(reading).toThrow(
        expect.objectContaining({ code: 'model-file', message: expect.stringContaining(message) }),
      );
      expect(reading).toThrow(name);
    });
  }

  test.each([
    ['UTF-16 without a byte order mark', [0x63, 0, 0x61, 0], 'UTF-16 without a byte order mark'],
    ['UTF-32', [0xff, 0xfe, 0, 0, 0x63, 0, 0, 0], 'UTF-32'],
    ['Latin-1', [0x4b, 0xe4, 0x74, 0x7a], 'not UTF-8'],
    ['a pickle', [0x80, 4, 0x95, 1], 'pickle'],
    ['a spreadsheet', [0x50, 0x4b, 3, 4], 'spreadsheet'],
  ])('%s', (_, bytes, message) => {
    expect(() => readLabels('l.txt', Uint8Array.from(bytes))).toThrow(message);
  });

  test('deep nesting and long lines without running out of stack or time', () => {
    expect(() => read('l.json', '['.repeat(1e5))).toThrow('nested deeper');
    expect(() => read('l.yaml', '['.repeat(1e5))).toThrow('nested deeper');
    expect(() => read('l.txt', `cat\n${' a'.repeat(1e5)}`)).toThrow('which is no name');
  });
});

describeWithData('labels of the reports', () => {
  const folder = join(sharedData() ?? '', 'reports/08-labels');
  const things = Array.from({ length: 10 }, (_, i) => `thing${i}`);

  test.each(['imagenet_class_index.json', 'l.csv', 'l_dict.json', 'l_idx.txt', 'l_list.json'])('%s', (name) => {
    const bytes = readFileSync(join(folder, name));
    expect(readLabels(name, bytes, 10)).toEqual(things);
    expect(() => readLabels(name, bytes, 12)).toThrow(
      "10 names for a net of 12 classes; the first is 'thing0', the last 'thing9'",
    );
  });

  test('ImageNet’s 1000, with keys and without', () => {
    const at = (name: string) => readLabels(name, readFileSync(join(sharedData() ?? '', 'labels', name)), 1000);
    expect(at('synset_words.txt')[134]).toBe('crane');
    expect(at('synset_words.txt')[0]).toBe('tench, Tinca tinca');
    expect(at('ilsvrc_2012_labels_dvt.txt')[0]).toBe('tench');
  });
});
