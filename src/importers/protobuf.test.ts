// Integers in protocol buffers are what an independent reader and writer of them say.
import { PbfReader, PbfWriter } from 'pbf';
import { expect, test } from 'vitest';
import { createRng } from '../core/rng.js';
import { fields, repeatedVarints } from './protobuf.js';

const packed = (bytes: Uint8Array) => repeatedVarints([{ number: 1, wire: 2, varint: 0, bytes }], 'numbers');

test('integers of all lengths and both signs', () => {
  const values = [0, 1, 127, 128, 2 ** 28 - 1, 2 ** 28, 2 ** 32, 2 ** 53 - 1, -1, -128, -(2 ** 31), -(2 ** 53 - 1)];
  const writer = new PbfWriter();
  for (const value of values) writer.writeVarint(value);
  expect(packed(writer.finish())).toEqual(values);
});

test('any ten bytes', () => {
  const rng = createRng(1);
  for (let i = 0; i < 1000; i++) {
    const length = 1 + (i % 10);
    const bytes = Uint8Array.from({ length }, (_, at) => Math.floor(rng.uniform() * 128) + (at < length - 1 ? 128 : 0));
    expect(packed(bytes), String(bytes)).toEqual([new PbfReader(bytes).readVarint(true)]);
  }
});

test('an integer without an end is refused', () => {
  expect(() => packed(new Uint8Array(11).fill(255))).toThrow('a number near byte 10 is malformed');
  expect(() => [...fields(new Uint8Array([8, 128]), 'message')]).toThrow('is malformed');
});
