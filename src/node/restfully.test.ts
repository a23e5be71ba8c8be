import { expect, test } from 'vitest';
import { restfully } from './restfully.js';

const later = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

test('ends as its promise does, at once or later', async () => {
  expect(await restfully(Promise.resolve(7))).toBe(7);
  expect(await restfully(later(30).then(() => 'late'))).toBe('late');
  await expect(restfully(Promise.reject(new Error('lost')))).rejects.toThrow('lost');
  await expect(restfully(later(30).then(() => Promise.reject(new Error('late'))))).rejects.toThrow('late');
});

test('several are waited for together', async () => {
  const ends: number[] = [];
  await Promise.all([30, 10, 20].map((ms) => restfully(later(ms)).then(() => ends.push(ms))));
  expect([...ends].sort((a, b) => a - b)).toEqual([10, 20, 30]);
});

test('the loop turns a few dozen times while it waits, not as often as it can', async () => {
  let turns = 0;
  let open = true;
  const count = () => {
    turns++;
    if (open) setImmediate(count);
  };
  count();
  await restfully(later(400));
  open = false;
  // Without a pause a hundred thousand times.
  expect(turns).toBeLessThan(2000);
});
