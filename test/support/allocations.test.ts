// Tests the meter itself: every way to create an array counts, and views do not.
import { expect, test } from 'vitest';
import { measured } from './allocations.js';

test('array buffers are counted by the bytes they take', () => {
  const bytes = (work: () => void) => measured(work).buffers;
  expect(bytes(() => new Float32Array(100))).toBe(400);
  expect(bytes(() => new Float32Array([1, 2, 3]))).toBe(12);
  expect(bytes(() => Float32Array.from([1, 2], (v) => v + 1))).toBe(8);
  expect(bytes(() => Uint16Array.of(1, 2))).toBe(4);
  expect(bytes(() => new Uint8Array(new ArrayBuffer(64), 8, 8))).toBe(64);
  const old = new Float64Array(10);
  expect(bytes(() => old.map((v) => v + 1))).toBe(80);
  expect(bytes(() => old.slice(2))).toBe(64);
  expect(bytes(() => old.subarray(2))).toBe(0);
});

test('lists count as heap, and what is thrown is given back', () => {
  const kept: number[][] = [];
  expect(measured(() => kept.push(new Array<number>(1e6).fill(1))).heap).toBeGreaterThan(7e6);
  expect(
    measured(() => {
      throw new RangeError('no');
    }).error,
  ).toBeInstanceOf(RangeError);
  expect(new Float32Array(3).map((v) => v + 1)).toEqual(Float32Array.of(1, 1, 1));
});
