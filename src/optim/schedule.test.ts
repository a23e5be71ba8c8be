import { expect, test } from 'vitest';
import { cosine, oneCycle } from './schedule.js';

test('one cycle has the rates of PyTorch’s OneCycleLR', () => {
  // torch.optim.lr_scheduler.OneCycleLR(max_lr=2, total_steps=10): up to step 2, then down to step 9.
  const rate = oneCycle({ rate: 2, steps: 10 });
  expect([0, 1, 2].map(rate)).toEqual([0.08, expect.closeTo(1.04, 12), 2]);
  const down = Array.from({ length: 8 }, (_, i) => 8e-6 + (2 - 8e-6) * 0.5 * (1 + Math.cos((Math.PI * i) / 7)));
  for (const [i, want] of down.entries()) expect(rate(2 + i), `step ${2 + i}`).toBeCloseTo(want, 12);
  expect(rate(50)).toBeCloseTo(8e-6, 12);
});

test('one cycle has rates for runs of few steps, too', () => {
  for (const steps of [1, 2, 3, 4]) {
    const rates = Array.from({ length: steps }, (_, i) => oneCycle({ rate: 1, steps })(i));
    expect(
      rates.every((r) => r > 0 && r <= 1),
      `${steps}: ${rates}`,
    ).toBe(true);
  }
});

test('a cosine rises in a line, then falls to its last share', () => {
  const rate = cosine({ rate: 3, steps: 12, warmUp: 2, last: 0.1 });
  expect([0, 1, 2].map(rate)).toEqual([1.5, 3, 3]);
  expect(rate(7)).toBeCloseTo(1.65, 12);
  expect(rate(12)).toBeCloseTo(0.3, 12);
  expect(rate(99)).toBeCloseTo(0.3, 12);
});
