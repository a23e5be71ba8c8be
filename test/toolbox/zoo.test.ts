// The zoo's list: its form, and each hash that can be computed from a file at hand.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { bytesOf, parseZoo } from '../../examples/toolbox/zoo.js';
import { importModel, readLabels } from '../../src/importers/index.js';
import { describeWithData, sharedData } from '../support/shared.js';

const LIST: unknown = JSON.parse(readFileSync(resolve(import.meta.dirname, '../../models/zoo.json'), 'utf8'));
const zoo = parseZoo(LIST);
const files = zoo.flatMap((net) => net.files);

describe('zoo.json', () => {
  test('every net has files that an importer takes, and labels', () => {
    for (const net of zoo) {
      const endings = net.files.map(({ name }) => name.slice(name.lastIndexOf('.'))).sort();
      expect([net.name, ['.onnx,.txt', '.caffemodel,.prototxt,.txt']]).toEqual([
        net.name,
        expect.arrayContaining([endings.join()]),
      ]);
      expect(bytesOf(net.files)).toBeGreaterThan(1e6);
      expect(net.preprocessing).toMatchObject({ order: 'bgr', mean: [104, 117, 123] });
    }
  });

  test('addresses name a commit, so that what they lead to does not change', () => {
    expect(files.filter(({ url }) => !/\/[0-9a-f]{40}\//.test(url))).toEqual([]);
  });

  test('the same address has the same hash wherever it stands', () => {
    const hashes = new Map(files.map(({ url, sha256 }) => [url, sha256]));
    expect(files.filter(({ url, sha256 }) => hashes.get(url) !== sha256)).toEqual([]);
  });

  const net = { ...zoo[0] };
  const file = net.files[0];
  for (const [name, value, message] of [
    ['no list', {}, 'zoo.json: it must be a list, it is {}'],
    ['a net without a licence', [{ ...net, licence: '' }], 'zoo.json: [0].licence must be a text, it is ""'],
    ['no files', [{ ...net, files: [] }], 'zoo.json: [0].files must be one file at least, it is []'],
    ['two of a name', [net, net], 'zoo.json: name must be unlike every other, it is "squeezenet-v1.1"'],
    [
      'an address without a cipher',
      [{ ...net, files: [{ ...file, url: 'http://dl.caffe.berkeleyvision.org/x' }] }],
      'zoo.json: [0].files[0].url must be an https address, it is "http://dl.caffe.berkeleyvision.org/x"',
    ],
    [
      'a size of none',
      [{ ...net, files: [{ ...file, bytes: 0 }] }],
      '[0].files[0].bytes must be a whole number above 0, it is 0',
    ],
    [
      'half a hash',
      [{ ...net, files: [{ ...file, sha256: 'd041' }] }],
      '[0].files[0].sha256 must be 64 hexadecimal digits, it is "d041"',
    ],
    [
      'an order of no kind',
      [{ ...net, preprocessing: { order: 'abc' } }],
      '[0].preprocessing.order must be rgb, bgr or gray, it is "abc"',
    ],
    [
      'a mean of words',
      [{ ...net, preprocessing: { mean: ['x'] } }],
      '[0].preprocessing.mean must be numbers, it is ["x"]',
    ],
  ] as const) {
    test(`refuses ${name}`, () => expect(() => parseZoo(value)).toThrow(message));
  }

  test('a pack is the address of a folder', () => {
    const packOf = (pack: string) => parseZoo([{ ...net, pack }])[0].pack;
    expect(packOf('https://example.org/packs/net')).toBe('https://example.org/packs/net/');
    expect(packOf('https://example.org/packs/net/')).toBe('https://example.org/packs/net/');
    expect(() => packOf('packs/net')).toThrow('[0].pack must be an https address');
  });
});

/** Files of ../shared/data that are, byte for byte, what an address of the zoo leads to. */
const AT_HAND: Readonly<Record<string, string>> = {
  'squeezenet_v1.1.prototxt': 'prototxt/squeezenet_v1.1_deploy.prototxt',
  'imagenet_classes.txt': 'labels/synset_words.txt',
};

describeWithData('zoo.json against files at hand', () => {
  const data = sharedData() ?? '';

  test('sizes and hashes', () => {
    const checked = files.filter(({ name }) => name in AT_HAND && existsSync(join(data, AT_HAND[name])));
    for (const { name, bytes, sha256 } of checked) {
      const content = readFileSync(join(data, AT_HAND[name]));
      expect([name, content.length, createHash('sha256').update(content).digest('hex')]).toEqual([name, bytes, sha256]);
    }
    const others = [...new Set(files.filter((f) => !checked.includes(f)).map(({ name }) => name))];
    console.log(`zoo.json: ${checked.length} of ${files.length} files checked; not at hand: ${others.join(', ')}`);
    expect(checked.length).toBeGreaterThan(0);
  });

  // The published weights were saved from the training net; those at hand are the same numbers, saved from the deploy net.
  test('SqueezeNet v1.1 opens from its text, its weights and its labels', () => {
    const read = (path: string) => new Uint8Array(readFileSync(join(data, path)));
    const [net] = zoo.filter(({ name }) => name === 'squeezenet-v1.1');
    const [text, weights] = net.files;
    const model = importModel([
      { name: text.name, bytes: read('prototxt/squeezenet_v1.1_deploy.prototxt') },
      { name: weights.name, bytes: read('squeezenet_v1.1/squeezenet_v1.1.caffemodel') },
    ]);
    expect(model.input.shape.slice(1)).toEqual([3, 227, 227]);
    expect(model.preprocessing.stated).toBe(false);
    const labels = readLabels('synset_words.txt', read('labels/synset_words.txt'));
    expect(model.layers.find((l) => l.name === 'conv10')?.weights).toBeDefined();
    expect(model.weights.get('conv10.w')?.shape).toEqual([labels.length, 512, 1, 1]);
  });
});
