// Where tiles lie, as pure functions: what is drawn at a pixel and where a channel is drawn belong together.
import { expect, test } from 'vitest';
import { type GridSpace, layoutGrid, tileAt, tileRect } from '../../src/views/index.js';

const SPACES: readonly GridSpace[] = [
  { channels: 1, height: 5, width: 7, canvasWidth: 64, canvasHeight: 64 },
  { channels: 7, height: 9, width: 5, canvasWidth: 120, canvasHeight: 90 },
  { channels: 20, height: 13, width: 13, canvasWidth: 200, canvasHeight: 230, gap: 3 },
  { channels: 96, height: 55, width: 55, canvasWidth: 870, canvasHeight: 870, margin: 2 },
  { channels: 64, height: 112, width: 112, canvasWidth: 500, canvasHeight: 300 },
  { channels: 1000, height: 1, width: 1, canvasWidth: 900, canvasHeight: 870, aspect: 1 },
  { channels: 4096, height: 1, width: 1, canvasWidth: 100, canvasHeight: 100 },
  {
    channels: 12,
    height: 6,
    width: 6,
    canvasWidth: 100,
    canvasHeight: 80,
    view: { x: 0.3, y: 0.2, width: 0.2, height: 0.2 },
  },
];

for (const space of SPACES) {
  const { channels, height, width, canvasWidth, canvasHeight } = space;
  test(`${channels} of ${height}×${width} on ${canvasWidth}×${canvasHeight}: tileAt undoes tileRect`, () => {
    const layout = layoutGrid(space);
    for (let channel = 0; channel < channels; channel++) {
      const rect = tileRect(layout, channel);
      if (!rect) throw new Error('no tile');
      const right = rect.x + rect.width;
      const bottom = rect.y + rect.height;
      expect(tileAt(layout, rect.x, rect.y)?.channel).toBe(channel);
      expect(tileAt(layout, right - 0.01, bottom - 0.01)?.channel).toBe(channel);
      expect(tileAt(layout, rect.x - 1, rect.y)?.channel).not.toBe(channel);
      expect(tileAt(layout, rect.x, bottom)?.channel).not.toBe(channel);
      if (rect.width >= width && rect.height >= height) {
        const last = { channel, h: height - 1, w: width - 1 };
        expect(tileAt(layout, rect.x, rect.y)).toEqual({ channel, h: 0, w: 0 });
        expect(tileAt(layout, right - 1, bottom - 1)).toEqual(last);
      }
    }
    expect(tileRect(layout, channels)).toBeUndefined();
    expect(tileRect(layout, -1)).toBeUndefined();
  });
}

test('columns and rows are the toolbox’s, without columns that would stay empty', () => {
  const grid = (channels: number, aspect: number) => {
    const { columns, rows } = layoutGrid({
      channels,
      height: 3,
      width: 3,
      canvasWidth: 300,
      canvasHeight: 300,
      aspect,
    });
    return [columns, rows];
  };
  expect(grid(96, 1)).toEqual([10, 10]);
  expect(grid(256, 1)).toEqual([16, 16]);
  expect(grid(20, 2)).toEqual([7, 3]);
  expect(grid(20, 0.5)).toEqual([4, 5]);
  expect(grid(1, 5)).toEqual([1, 1]);
});

test('tiles are enlarged by a whole number where that costs little of their size', () => {
  const width = (canvas: number) =>
    layoutGrid({ channels: 1, height: 10, width: 10, canvasWidth: canvas, canvasHeight: canvas, gap: 0 }).tileWidth;
  expect([40, 45, 53].map(width)).toEqual([40, 40, 50]);
  expect([9, 15, 19, 39].map(width)).toEqual([9, 15, 19, 39]);
});

test('beside, between and beyond the tiles is nothing', () => {
  const layout = layoutGrid({ channels: 3, height: 2, width: 2, canvasWidth: 50, canvasHeight: 50 });
  const first = tileRect(layout, 0);
  const last = tileRect(layout, 2);
  if (!first || !last) throw new Error('no tile');
  expect(tileAt(layout, first.x - 1, first.y)).toBeUndefined();
  expect(tileAt(layout, first.x + first.width, first.y)).toBeUndefined();
  expect(tileAt(layout, last.x + last.width + 1, last.y)).toBeUndefined();
  expect(tileAt(layout, Number.NaN, 0)).toBeUndefined();
  expect(tileAt(layout, 1e9, 1e9)).toBeUndefined();
});
