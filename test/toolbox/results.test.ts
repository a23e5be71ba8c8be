// Files of results, as pure functions: every field is checked, and a wrong one is named.
import { describe, expect, test } from 'vitest';
import {
  conceptText,
  filtered,
  layerOfTable,
  parseDissection,
  parseTable,
  type UnitConcept,
} from '../../examples/toolbox/dissection.js';
import { type MethodInfo, nameIn, specIn, withOption } from '../../examples/toolbox/methodText.js';
import { addressOfFolder, openFolder } from '../../examples/toolbox/resultFolder.js';
import type { DissectedUnit, Dissection } from '../../src/methods/dissect.js';
import { resultCsv } from '../../src/node/dissect/csv.js';

const overlap = (category: string, label: string, iou: number) => ({
  category,
  label,
  truth: 9,
  activation: 9,
  intersect: 3,
  iou,
});
const unit = (n: number, label: string, iou: number, more: Partial<DissectedUnit> = {}): DissectedUnit => ({
  unit: n,
  threshold: 1,
  greatest: 2,
  best: overlap('object', label, iou),
  categories: [overlap('object', label, iou)],
  detector: iou > 0.04,
  top: [{ image: 'world:3', value: 2 }],
  ...more,
});
const LAYER = {
  layer: 'conv5',
  units: [unit(0, 'sky, blue "and" wide', 0.2), unit(1, '', 0, { quiet: 'dead' }), unit(2, 'car', 0.01)],
  detectors: 1,
  covered: [],
};
const FILE: Dissection & { readonly convscope: string } = {
  convscope: '0.1.0',
  model: 'mini',
  source: 'world:0-9',
  images: 10,
  skipped: [],
  quantile: 0.005,
  iou: 0.04,
  size: [64, 64],
  thresholds: { exact: true, bound: 0 },
  categories: [{ name: 'object', images: 10, concepts: 2 }],
  layers: [LAYER],
};
const CONCEPTS: readonly UnitConcept[] = [
  { unit: 0, label: 'sky, blue "and" wide', category: 'object', iou: 0.2, detector: true },
  { unit: 1, label: '', category: 'object', iou: 0, detector: false, quiet: 'dead' },
  { unit: 2, label: 'car', category: 'object', iou: 0.01, detector: false },
];

/** A copy of a value with another one at a path. */
function changed(value: unknown, path: string, to: unknown): unknown {
  const copy = JSON.parse(JSON.stringify(value));
  const parts = path.split('.');
  let place = copy;
  for (const part of parts.slice(0, -1)) place = place[part];
  place[parts[parts.length - 1]] = to;
  return copy;
}

describe('dissection.json', () => {
  test('what a unit answers to', () => {
    expect(parseDissection(JSON.parse(JSON.stringify(FILE)))).toEqual({
      model: 'mini',
      source: '10 pictures of world:0-9',
      layers: [{ layer: 'conv5', units: CONCEPTS }],
    });
  });

  test.each([
    ['model', 7, 'dissection.json: model must be a text, it is 7'],
    ['source', '', 'dissection.json: source must be a text, it is ""'],
    ['images', -1, 'dissection.json: images must be a whole number from 0, it is -1'],
    ['iou', 2, 'dissection.json: iou must be a number from 0 to 1, it is 2'],
    ['layers', {}, 'dissection.json: layers must be a list, it is {}'],
    ['layers.0', 3, 'dissection.json: layers[0] must be an object, it is 3'],
    ['layers.0.layer', null, 'dissection.json: layers[0].layer must be a text, it is null'],
    ['layers.0.units', 1, 'dissection.json: layers[0].units must be a list, it is 1'],
    ['layers.0.units.1', [], 'dissection.json: layers[0].units[1] must be an object, it is []'],
    ['layers.0.units.1.unit', 4, 'layers[0].units[1].unit must be 1, its place in the list, it is 4'],
    ['layers.0.units.2.best', 'sky', 'layers[0].units[2].best must be an object, it is "sky"'],
    ['layers.0.units.2.best.label', 1, 'layers[0].units[2].best.label must be a text, it is 1'],
    ['layers.0.units.2.best.category', {}, 'layers[0].units[2].best.category must be a text, it is {}'],
    ['layers.0.units.2.best.iou', '0.1', 'layers[0].units[2].best.iou must be a number from 0 to 1, it is "0.1"'],
    ['layers.0.units.2.detector', 1, 'layers[0].units[2].detector must be true or false, it is 1'],
    ['layers.0.units.2.quiet', 'loud', 'layers[0].units[2].quiet must be dead or constant, it is "loud"'],
  ])('a wrong %s is refused', (path, to, message) => {
    expect(() => parseDissection(changed(FILE, path, to))).toThrow(message);
  });

  test('other files are refused', () => {
    for (const other of [null, [], 3, { layers: [] }])
      expect(() => parseDissection(other)).toThrow('dissection.json: ');
  });
});

describe('tables', () => {
  const csv = resultCsv(FILE, LAYER);

  test('the table that the command writes, and the authors’, whose units begin with 1', () => {
    expect(layerOfTable('conv5-result.csv')).toBe('conv5');
    expect(layerOfTable('conv5.csv')).toBeUndefined();
    const want = CONCEPTS.map(({ quiet: _, ...concept }) => concept);
    expect(parseTable('conv5-result.csv', csv)).toEqual({ layer: 'conv5', units: want });
    const authors =
      'unit,category,label,score,object-label\r\n1,object,"sky, blue ""and"" wide",0.2,x\r\n2,object,,0,\r\n3,object,car,0.01,car\r\n';
    expect(parseTable('conv5-result.csv', authors)).toEqual({ layer: 'conv5', units: want });
  });

  test.each([
    ['nothing', '', 'line 1 must be a head with the columns unit, category, label, score'],
    ['another head', 'a,b\n1,2\n', '(unit, category, label, score is missing)'],
    ['no rows', 'unit,category,label,score\n', 'line 2, unit must be 0 or 1'],
    ['a gap', 'unit,category,label,score\n0,o,a,0\n2,o,b,0\n', 'line 3, unit must be 1, it is "2"'],
    ['no score', 'unit,category,label,score\n0,o,a,\n', 'line 2, score must be a number from 0 to 1'],
    [
      'a score that is none',
      'unit,category,label,score\n0,o,a,x\n',
      'line 2, score must be a number from 0 to 1, it is "x"',
    ],
  ])('%s is refused', (_, text, message) => {
    expect(() => parseTable('t-result.csv', text)).toThrow(message);
  });
});

test('units by concept: detectors first, the clearest ones first', () => {
  const units = [...CONCEPTS, { unit: 3, label: 'car', category: 'part', iou: 0.05, detector: true }];
  expect(filtered(units, '').map((one) => one.unit)).toEqual([0, 3, 2, 1]);
  expect(filtered(units, ' CAR').map((one) => one.unit)).toEqual([3, 2]);
  expect(filtered(units, 'part').map((one) => one.unit)).toEqual([3]);
  expect(filtered(units, 'boat')).toEqual([]);
  expect(units.map(conceptText)).toEqual([
    'sky, blue "and" wide (object) · IoU 0.200',
    'dead: no concept',
    'no detector; most like car (object) · IoU 0.010',
    'car (part) · IoU 0.050',
  ]);
});

describe('folders', () => {
  test('an address is that of a folder', () => {
    expect(addressOfFolder('https://a.b/c/gallery').href).toBe('https://a.b/c/gallery/');
    expect(addressOfFolder('http://a.b/c/gallery/index.html?x#y').href).toBe('http://a.b/c/gallery/');
    expect(addressOfFolder('https://a.b/top/top.json').href).toBe('https://a.b/top/');
    for (const wrong of ['', 'gallery', 'file:///home/me', 'javascript:alert(1)'])
      expect(() => addressOfFolder(wrong)).toThrow('must be the address of a folder, https://');
  });

  test('only the files that were chosen are read', async () => {
    const file = new File(['{}'], 'top.json');
    using folder = openFolder({ name: 'out', files: [{ path: 'out/top.json', file }] });
    expect(folder.paths).toEqual(['out/top.json']);
    expect(await (await folder.read('out/top.json'))?.text()).toBe('{}');
    expect(await folder.read('out/../secret')).toBeUndefined();
    expect(folder.addressOf('index.json')).toBeUndefined();
    expect(folder.addressOf('out/top.json')).toMatch(/^blob:/);
  });
});

describe('a method in one text', () => {
  const methods: readonly MethodInfo[] = [
    {
      name: 'lrp',
      text: 'Relevance.',
      live: true,
      fields: {
        epsilon: { type: 'number', text: 'ε' },
        layer: { type: 'text', text: 'layer' },
        channels: { type: 'numbers', text: 'channels' },
      },
    },
  ];

  test('options go there and back by the types of their fields', () => {
    let text = 'lrp';
    text = withOption(text, 'epsilon', 0.5);
    text = withOption(text, 'layer', 'inception 4a/output');
    text = withOption(text, 'channels', [1, 2]);
    expect(specIn(text, methods)).toEqual({
      name: 'lrp',
      epsilon: 0.5,
      layer: 'inception 4a/output',
      channels: [1, 2],
    });
    expect(nameIn(text)).toBe('lrp');
    expect(withOption(withOption(text, 'layer', undefined), 'epsilon', 2)).toBe('lrp channels=1%2C2 epsilon=2');
  });

  test('what is unknown or broken is left to the library', () => {
    expect(specIn('gradKam size=50%', methods)).toEqual({ name: 'gradKam', size: '50%' });
    expect(specIn('lrp epsilon= channels', methods)).toEqual({
      name: 'lrp',
      epsilon: Number.NaN,
      channels: [Number.NaN],
    });
  });
});
