import { expect, test } from 'vitest';
import { moved, WHOLE, zoomed } from '../../examples/toolbox/zoom.js';

test('the point under the pointer stays where it is', () => {
  const view = zoomed(WHOLE, 0.75, 0.25, 4);
  expect(view).toEqual({ x: 0.5625, y: 0.1875, width: 0.25, height: 0.25 });
  expect(view.x + 0.75 * view.width).toBeCloseTo(0.75);
  const closer = zoomed(view, 0.2, 0.9, 1.5);
  expect(closer.x + 0.2 * closer.width).toBeCloseTo(view.x + 0.2 * view.width);
  expect(closer.y + 0.9 * closer.height).toBeCloseTo(view.y + 0.9 * view.height);
});

test('it ends at the whole and at a thirty-second of it', () => {
  expect(zoomed(WHOLE, 0.3, 0.3, 0.5)).toEqual(WHOLE);
  expect(zoomed(zoomed(WHOLE, 0.9, 0.1, 3), 0.5, 0.5, 1 / 100)).toEqual(WHOLE);
  expect(zoomed(WHOLE, 0, 0, 1e6).width).toBe(1 / 32);
});

test('it moves with the pointer, up to the border', () => {
  const view = zoomed(WHOLE, 0.5, 0.5, 2);
  expect(moved(view, 0.1, -0.2)).toEqual({ x: 0.2, y: 0.35, width: 0.5, height: 0.5 });
  expect(moved(view, 9, -9)).toEqual({ x: 0, y: 0.5, width: 0.5, height: 0.5 });
  expect(moved(WHOLE, 0.4, 0.4)).toEqual(WHOLE);
});
