// safetensors, npy and half precision: what is written is read again, and what is broken is named.
import { describe, expect, test } from 'vitest';
import { halfToFloat, type Model, PLAIN } from '../graph/model.js';
import * as layers from '../kernels/index.js';
import { floatToHalf } from './half.js';
import {
  loadSafetensors,
  readNpy,
  readSafetensors,
  readTensors,
  writeNpy,
  writeSafetensors,
  writeTensors,
} from './index.js';

const model: Model = {
  name: 'tiny',
  input: { name: 'data', shape: [1, 1, 2, 3] },
  layers: [
    { name: 'fc', type: 'fc', attrs: { axis: 1 }, inputs: ['data'], output: 'fc', weights: { w: 'fc.w', b: 'fc.b' } },
  ],
  weights: new Map([
    ['fc.w', { shape: [2, 6], dtype: 'f32', data: Float32Array.from({ length: 12 }, (_, i) => i / 7) }],
    ['fc.b', { shape: [2], dtype: 'f32', data: Float32Array.of(-1, 65_504) }],
  ]),
  labels: ['no', 'yes, “quoted”'],
  preprocessing: { ...PLAIN, mean: { shape: [1, 2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) }, stated: true },
};

describe('safetensors', () => {
  test('a model round-trips exactly', () => expect(readSafetensors(writeSafetensors(model))).toEqual(model));

  test('a layer that only ONNX has brings its op; others bring none, so that a model can be cloned', () => {
    const ofType = (type: string): Model => ({ ...model, layers: [{ ...model.layers[0], type }] });
    expect(readSafetensors(writeSafetensors(ofType('matMul'))).ops).toEqual({ matMul: layers.matMul });
    for (const type of ['fc', 'toString']) {
      const back = readSafetensors(writeSafetensors(ofType(type)));
      expect(back.ops).toBe(undefined);
      expect(structuredClone(back)).toEqual(back);
    }
  });

  test('half precision keeps weights to 11 bits and the mean image whole', () => {
    const back = readSafetensors(writeSafetensors(model, { f16: true }));
    const w = back.weights.get('fc.w');
    expect(w?.dtype).toBe('f16');
    for (let i = 0; i < 12; i++)
      expect(Math.abs(halfToFloat(w?.data[i] ?? 0) - i / 7)).toBeLessThanOrEqual(i / 7 / 2048);
    expect(back.preprocessing).toEqual(model.preprocessing);
  });

  test('a stream is read with progress and can be cancelled', async () => {
    const bytes = writeSafetensors(model);
    const stream = () =>
      new ReadableStream<Uint8Array>({
        start(controller) {
          controller.enqueue(bytes.subarray(0, 100));
          controller.enqueue(bytes.subarray(100));
          controller.close();
        },
      });
    const seen: number[] = [];
    expect(await loadSafetensors(stream(), { onProgress: (loaded) => seen.push(loaded) })).toEqual(model);
    expect(seen).toEqual([100, bytes.length]);
    await expect(loadSafetensors(stream(), { signal: AbortSignal.abort() })).rejects.toThrow(/abort/i);
  });

  const file = (header: string, body = 0): Uint8Array => {
    const json = new TextEncoder().encode(header);
    const out = new Uint8Array(8 + json.length + body);
    new DataView(out.buffer).setBigUint64(0, BigInt(json.length), true);
    out.set(json, 8);
    return out;
  };
  for (const [name, bytes, message] of [
    ['too short', new Uint8Array(3), 'safetensors: 3 bytes are too few'],
    [
      'a header of 2 GB in 1 KB',
      writeLength(new Uint8Array(1024), 2 ** 31),
      'the header claims 2147483648 bytes, 1016 are left',
    ],
    ['no JSON', file('{"a": '), 'the header is not JSON'],
    [
      'a tensor outside',
      file('{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}', 8),
      "'a' is at bytes 0 to 16 of 8",
    ],
    [
      'a shape that does not fit',
      file('{"a":{"dtype":"F32","shape":[5],"data_offsets":[0,16]}}', 16),
      'does not fit bytes 0 to 16',
    ],
    [
      'overlap',
      file(
        '{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}',
        12,
      ),
      "'a' and 'b' overlap",
    ],
    [
      'another type',
      file('{"a":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]}}', 4),
      "'a' is BF16; F32 and F16 are supported",
    ],
  ] as const) {
    test(`rejects ${name}`, () => expect(() => readTensors(bytes)).toThrow(message));
  }

  test('a file without our graph says how to make one', () => {
    expect(() => readSafetensors(writeTensors(new Map()))).toThrow('convert the model with `convscope convert`');
  });

  test('names that JavaScript gives a meaning stay names', () => {
    const tensors = new Map([['__proto__', { shape: [1], dtype: 'f32', data: Float32Array.of(1) } as const]]);
    expect([...readTensors(writeTensors(tensors)).tensors.keys()]).toEqual(['__proto__']);
    expect(Reflect.get({}, 'dtype')).toBeUndefined();
  });
});

function writeLength(bytes: Uint8Array, length: number): Uint8Array {
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  return bytes;
}

describe('npy', () => {
  for (const shape of [[3], [2, 3], [1, 2, 3, 4]]) {
    test(`[${shape}] round-trips`, () => {
      const data = Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => i - 2.5);
      expect(readNpy(writeNpy(shape, data))).toEqual({ shape, dtype: 'f4', data });
    });
  }
  test('what is broken is named', () => {
    const good = writeNpy([4], new Float32Array(4));
    expect(() => readNpy(good.subarray(0, good.length - 1))).toThrow('npy: [4] needs 16 bytes, the file has 15');
    expect(() => readNpy(new Uint8Array(20))).toThrow('npy: it does not begin as an .npy file');
  });
});

describe('half precision', () => {
  test('every half is itself again', () => {
    for (let bits = 0; bits < 65_536; bits++) {
      const value = halfToFloat(bits);
      if (Number.isNaN(value)) continue;
      if (floatToHalf(value) !== bits)
        throw new Error(`${bits.toString(16)} became ${floatToHalf(value).toString(16)}`);
    }
  });
  test('rounds to nearest, ties to even', () => {
    // 2048 + 1 lies between 2048 and 2050; 2048 + 3 between 2050 and 2052.
    expect([2049, 2051, 65_519, 65_520, 1e-8, 6e-8].map((v) => halfToFloat(floatToHalf(v)))).toEqual([
      2048,
      2052,
      65_504,
      Number.POSITIVE_INFINITY,
      0,
      2 ** -24,
    ]);
  });
});
