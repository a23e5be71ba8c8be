// One channel, large: against the toolbox's numerics in float64.
import { describe, expect, test } from 'vitest';
import { sizeOf } from '../../src/core/shape.js';
import { createUnitView, type UnitOptions } from '../../src/views/index.js';
import { testContext } from '../support/device.js';
import { offscreenSurface } from '../support/surface.js';
import { type Shading, shadeLayer } from './reference.js';
import { normals, upload } from './upload.js';

const SHAPE = [2, 7, 6, 5];
const [, C, H, W] = SHAPE;
const SHADING: Shading = { mode: 'activation', boost: 0, gamma: 1, colormap: 'gray' };
const WIDTH = 90;
const HEIGHT = 70;

/** Draws a unit of the second image; gives the pixels and where the map is. */
async function draw(options: UnitOptions, x = normals(sizeOf(SHAPE), 5)) {
  const ctx = await testContext();
  const surface = offscreenSurface(ctx, WIDTH, HEIGHT);
  const buffer = upload(ctx, x);
  using view = createUnitView(ctx, surface, { layer: { buffer, shape: SHAPE }, image: 1, channel: 4, ...options });
  view.draw();
  const pixels = await surface.pixels();
  const { rect } = view;
  if (!rect) throw new Error('no map');
  return {
    rect,
    spotAt: view.spotAt,
    own: x.subarray(C * H * W + 4 * H * W, C * H * W + 5 * H * W),
    layer: x.subarray(C * H * W),
    at: (px: number, py: number) => [...pixels.subarray((py * WIDTH + px) * 4, (py * WIDTH + px) * 4 + 3)],
  };
}

describe('nearest', () => {
  for (const mode of ['activation', 'difference'] as const) {
    for (const relativeTo of ['layer', 'unit'] as const) {
      for (const boost of [0, 0.5]) {
        test(`${mode} relative to the ${relativeTo}, boost ${boost}`, async () => {
          const shading: Shading = { ...SHADING, mode, boost, gamma: 0.7 };
          const { rect, own, layer, at, spotAt } = await draw({ ...shading, relativeTo });
          const all =
            relativeTo === 'unit' ? shadeLayer(own, 1, shading) : shadeLayer(layer, C, shading).slice(4 * H * W);
          expect([rect.width, rect.height]).toEqual([55, 66]);
          for (let y = 0; y < HEIGHT; y++) {
            for (let x = 0; x < WIDTH; x++) {
              const spot = spotAt(x, y);
              const want = spot ? all[spot.h * W + spot.w] : [51, 51, 51];
              const error = Math.max(...at(x, y).map((v, c) => Math.abs(v - (want?.[c] ?? Number.NaN))));
              expect(error).toBeLessThanOrEqual(1);
            }
          }
        });
      }
    }
  }
});

test('smooth: numbers are interpolated between the middles of their pixels', async () => {
  const { rect, layer, own, at } = await draw({ smooth: true });
  const low = layer.reduce((a, b) => Math.min(a, b));
  const high = layer.reduce((a, b) => Math.max(a, b));
  for (let y = 0; y < rect.height; y++) {
    for (let x = 0; x < rect.width; x++) {
      const px = Math.max(0, Math.min(W - 1, ((x + 0.5) * W) / rect.width - 0.5));
      const py = Math.max(0, Math.min(H - 1, ((y + 0.5) * H) / rect.height - 0.5));
      let v = 0;
      for (let h = 0; h < H; h++) {
        for (let w = 0; w < W; w++) {
          v += own[h * W + w] * Math.max(0, 1 - Math.abs(px - w)) * Math.max(0, 1 - Math.abs(py - h));
        }
      }
      expect(Math.abs(at(rect.x + x, rect.y + y)[0] - (255 * (v - low)) / (high - low))).toBeLessThanOrEqual(1);
    }
  }
});

test('smooth: a NaN stays in its pixel', async () => {
  const values = normals(sizeOf(SHAPE), 5);
  values[C * H * W + 4 * H * W + 2 * W + 2] = Number.NaN;
  const { rect, at, spotAt } = await draw({ smooth: true }, values);
  for (let y = rect.y; y < rect.y + rect.height; y++) {
    for (let x = rect.x; x < rect.x + rect.width; x++) {
      const spot = spotAt(x, y);
      const [r, g, b] = at(x, y);
      expect(g === 0 && r === b && r > 100).toBe(spot?.h === 2 && spot.w === 2);
    }
  }
});

describe('over the input', () => {
  // Of one colour, so that every pixel says the same: (50, 100, 200) in RGB.
  const picture = async () => {
    const ctx = await testContext();
    const mean = [104, 117, 123];
    const scale = [0.5, 1, 0.017];
    const bgr = [200, 100, 50];
    const plane = 8 * 9;
    const x = Float32Array.from({ length: 2 * 3 * plane }, (_, i) => {
      const c = Math.floor(i / plane) % 3;
      return i < 3 * plane ? 0 : (bgr[c] - mean[c]) * scale[c];
    });
    return { buffer: upload(ctx, x), shape: [2, 3, 8, 9], order: 'bgr' as const, mean, scale };
  };
  const UNDER = [50, 100, 200];

  for (const alpha of [0, 0.4, 1]) {
    test(`blended with alpha ${alpha}`, async () => {
      const { rect, layer, at, spotAt } = await draw({ overlay: { picture: await picture(), alpha } });
      expect(rect.width / rect.height).toBeCloseTo(9 / 8, 1);
      const want = shadeLayer(layer, C, SHADING).slice(4 * H * W);
      for (const [x, y] of [
        [rect.x, rect.y],
        [rect.x + 30, rect.y + 50],
      ]) {
        const spot = spotAt(x, y);
        const over = spot && want[spot.h * W + spot.w];
        at(x, y).forEach((v, c) => {
          expect(Math.abs(v - (UNDER[c] * (1 - alpha) + (over?.[c] ?? Number.NaN) * alpha))).toBeLessThanOrEqual(1);
        });
      }
    });
  }

  for (const style of ['active', 'inactive'] as const) {
    test(`seen where the unit is ${style}`, async () => {
      const { rect, layer, at, spotAt } = await draw({ overlay: { picture: await picture(), alpha: 1, style } });
      const want = shadeLayer(layer, C, SHADING).slice(4 * H * W);
      const [x, y] = [rect.x + 30, rect.y + 50];
      const spot = spotAt(x, y);
      const t = (want[(spot?.h ?? 0) * W + (spot?.w ?? 0)]?.[0] ?? Number.NaN) / 255;
      at(x, y).forEach((v, c) => {
        expect(Math.abs(v - UNDER[c] * (style === 'active' ? t : 1 - t))).toBeLessThanOrEqual(1);
      });
    });
  }
});

test('what is wrong is said by name', async () => {
  const ctx = await testContext();
  const buffer = upload(ctx, normals(sizeOf(SHAPE), 5));
  const layer = { buffer, shape: SHAPE };
  const open = (options: UnitOptions) => () => createUnitView(ctx, offscreenSurface(ctx, 9, 9), { layer, ...options });
  expect(open({ channel: 7 })).toThrow('channel: must be a whole number from 0 to 6, got 7');
  const picture = { buffer, shape: [1, 3, 2, 2], order: 'rgb' as const };
  expect(open({ image: 1, overlay: { picture } })).toThrow('image: must be a whole number from 0 to 0, got 1');
  expect(open({ overlay: { picture, alpha: 2 } })).toThrow('alpha: must be from 0 to 1, got 2');
  expect(open({ overlay: { picture: { ...picture, mean: [1, 2] } } })).toThrow(
    'mean: needs 3 numbers, one per channel, or 12, got 2',
  );
});
