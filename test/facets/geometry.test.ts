// Where things lie on the map of the facets page.
import { expect, test } from 'vitest';
import {
  fromTheMiddle,
  inside,
  moved,
  nextTowards,
  type Point,
  stretched,
  WHOLE,
  zoomed,
} from '../../examples/facets/geometry.js';

const SIZE: Point = [200, 100];

test('a loop holds what is in it, also where it is not convex or turns the other way', () => {
  // A U: its notch is outside.
  const loop: Point[] = [
    [0, 0],
    [9, 0],
    [9, 9],
    [6, 9],
    [6, 3],
    [3, 3],
    [3, 9],
    [0, 9],
  ];
  for (const turned of [loop, [...loop].reverse()]) {
    expect(inside(turned, [1, 8])).toBe(true);
    expect(inside(turned, [8, 8])).toBe(true);
    expect(inside(turned, [4, 1])).toBe(true);
    expect(inside(turned, [4.5, 6])).toBe(false);
    expect(inside(turned, [-1, 1])).toBe(false);
    expect(inside(turned, [10, 9])).toBe(false);
  }
  expect(inside([], [0, 0])).toBe(false);
  expect(inside([[0, 0]], [0, 0])).toBe(false);
});

test('places fill the unit square, and those along one line lie in its middle', () => {
  const places = stretched([
    [-3, 5],
    [1, 5],
    [5, 5],
  ]);
  expect(places).toEqual([
    [0, 0.5],
    [0.5, 0.5],
    [1, 0.5],
  ]);
  expect(stretched([])).toEqual([]);
});

test('what is under the pointer stays there, and nothing beside the map is seen', () => {
  const near = zoomed(WHOLE, 2, [50, 40], SIZE);
  expect(near).toEqual({ zoom: 2, x: -50, y: -40 });
  expect(moved(near, [1000, 1000], SIZE)).toEqual({ zoom: 2, x: 0, y: 0 });
  expect(moved(near, [-1000, -1000], SIZE)).toEqual({ zoom: 2, x: -200, y: -100 });
  expect(zoomed(near, 0.01, [10, 10], SIZE)).toEqual(WHOLE);
  expect(zoomed(near, 1e6, [0, 0], SIZE).zoom).toBe(16);
});

test('the pictures of a facet come from its middle outwards', () => {
  const points: Point[] = [
    [4, 0],
    [1, 0],
    [-5, 0],
    [0, 0],
  ];
  expect(fromTheMiddle(points)).toEqual([3, 1, 0, 2]);
});

test('arrow keys go to the nearest picture on that side', () => {
  const points: Point[] = [
    [0, 0],
    [3, 1],
    [5, 0],
    [1, 4],
  ];
  expect(nextTowards(points, 0, [1, 0])).toBe(1);
  expect(nextTowards(points, 0, [0, 1])).toBe(3);
  expect(nextTowards(points, 0, [-1, 0])).toBeUndefined();
});
