// The grid of all channels, against the toolbox's numerics in float64, pixel by pixel.
import { describe, expect, test } from 'vitest';
import { sizeOf } from '../../src/core/shape.js';
import { createGridView, drawViews, type GridOptions, tileAt, tileRect } from '../../src/views/index.js';
import { countingDevice, testContext } from '../support/device.js';
import { offscreenSurface } from '../support/surface.js';
import { type Shading, shadeLayer } from './reference.js';
import { normals, upload } from './upload.js';

/** Of 255 levels: f32 against float64, and the rounding to bytes. */
const LEVELS = 1;
const SHADING: Shading = { mode: 'activation', boost: 0, gamma: 1, colormap: 'gray' };
const BACKGROUND = { activation: [51, 51, 51], difference: [51, 51, 127.5] };

interface Case {
  readonly shape: readonly number[];
  readonly canvas: readonly [number, number];
  readonly shading?: Partial<Shading>;
  readonly image?: number;
  /** Written over the numbers: element → value. */
  readonly values?: Readonly<Record<number, number>>;
}

/** Draws a case and compares every pixel that the layout says something of. */
async function check({ shape, canvas: [width, height], shading = {}, image = 0, values = {} }: Case) {
  const ctx = await testContext();
  const surface = offscreenSurface(ctx, width, height);
  const x = normals(sizeOf(shape), shape[1]);
  for (const [i, v] of Object.entries(values)) x[Number(i)] = v;
  const buffer = upload(ctx, x);
  using view = createGridView(ctx, surface, { layer: { buffer, shape }, image, ...shading });
  view.draw();
  const pixels = await surface.pixels();
  const size = sizeOf(shape.slice(1));
  const want = shadeLayer(x.subarray(image * size, (image + 1) * size), shape[1], { ...SHADING, ...shading });
  const { layout } = view;
  if (!layout) throw new Error('no layout');
  let worst = 0;
  let where = '';
  const seen = new Set<number>();
  for (let y = 0; y < height; y++) {
    for (let px = 0; px < width; px++) {
      const spot = tileAt(layout, px, y);
      const got = pixels.subarray((y * width + px) * 4, (y * width + px) * 4 + 4);
      const index = spot && (spot.channel * layout.height + spot.h) * layout.width + spot.w;
      if (index !== undefined) seen.add(index);
      // Gaps beside a channel that holds what is no number; they have a test of their own.
      if (index === undefined && got[1] === 0 && got[0] >= 153 && Object.keys(values).length > 0) continue;
      const rgb = index === undefined ? BACKGROUND[shading.mode ?? 'activation'] : (want[index] ?? 'magenta');
      if (rgb === 'magenta') {
        expect([got[0] === got[2], got[0] >= 153, got[1]]).toEqual([true, true, 0]);
        continue;
      }
      const error = Math.max(...rgb.map((v, c) => Math.abs(v - got[c])));
      if (!(error <= worst)) {
        worst = error;
        where = `(${px}, ${y}) ${JSON.stringify(spot)}: got ${got}, want ${rgb}`;
      }
    }
  }
  expect(worst, where).toBeLessThanOrEqual(LEVELS);
  buffer.destroy();
  surface.dispose();
  return { seen: seen.size, layout, pixels };
}

/** RGB at a pixel. */
const at = (pixels: Uint8Array, width: number, x: number, y: number) => [
  ...pixels.subarray((y * width + x) * 4, (y * width + x) * 4 + 3),
];

describe('activations', () => {
  for (const [shape, canvas] of [
    [
      [1, 1, 5, 7],
      [64, 64],
    ],
    [
      [1, 7, 9, 5],
      [120, 90],
    ],
    [
      [2, 20, 13, 13],
      [200, 230],
    ],
    [
      [1, 64, 27, 27],
      [300, 300],
    ],
    [
      [1, 512, 6, 6],
      [333, 251],
    ],
    [
      [1, 10],
      [100, 100],
    ],
    [
      [3, 1000],
      [300, 200],
    ],
    [
      [1, 5, 11],
      [130, 60],
    ],
  ] as const) {
    test(`[${shape}] on ${canvas}: every number is drawn, in its tile`, async () => {
      const image = shape[0] - 1;
      const { seen } = await check({ shape, canvas, image });
      expect(seen).toBe(sizeOf(shape.slice(1)));
    });
  }

  test('a map larger than its tile is sampled', async () => {
    const { layout } = await check({ shape: [1, 12, 112, 100], canvas: [200, 170] });
    expect(layout.tileWidth).toBeLessThan(100);
  });

  test('2048 channels, and as many units as a canvas has pixels', async () => {
    await check({ shape: [1, 2048, 2, 3], canvas: [300, 300] });
    await check({ shape: [1, 4096], canvas: [70, 70] });
  });
});

describe('boost, gamma and colormap', () => {
  for (const boost of [0, 0.3, 1]) {
    for (const gamma of [1, 0.5, 0.3]) {
      for (const mode of ['activation', 'difference'] as const) {
        test(`${mode} boost ${boost} gamma ${gamma}`, async () => {
          await check({ shape: [1, 20, 7, 6], canvas: [160, 160], shading: { mode, boost, gamma } });
        });
      }
    }
  }

  for (const colormap of ['viridis', 'magma', 'inferno', 'plasma', 'turbo', 'jet'] as const) {
    test(colormap, async () => {
      await check({ shape: [1, 20, 7, 6], canvas: [160, 160], shading: { colormap, gamma: 0.7 } });
    });
  }
});

describe('numbers that are hard to draw', () => {
  test('NaN and infinity are magenta and leave the others as they are', async () => {
    const values = { 3: Number.NaN, 17: Number.POSITIVE_INFINITY, 100: Number.NEGATIVE_INFINITY };
    for (const mode of ['activation', 'difference'] as const) {
      await check({ shape: [1, 7, 6, 5], canvas: [160, 160], shading: { mode, boost: 0.3 }, values });
    }
  });

  test('one NaN among the pixels of a map much larger than its tile is still seen', async () => {
    const ctx = await testContext();
    const surface = offscreenSurface(ctx, 60, 60);
    const x = normals(4 * 112 * 112, 1);
    // Not a pixel that sampling would meet.
    const at = 2 * 112 * 112 + 50 * 112 + 61;
    x[at] = Number.NaN;
    const buffer = upload(ctx, x);
    using view = createGridView(ctx, surface, { layer: { buffer, shape: [1, 4, 112, 112] } });
    view.draw();
    const pixels = await surface.pixels();
    const rect = view.tileRect(2);
    if (!rect) throw new Error('no tile');
    const px = rect.x + Math.floor((61 * rect.width) / 112);
    const py = rect.y + Math.floor((50 * rect.height) / 112);
    expect([...pixels.subarray((py * 60 + px) * 4, (py * 60 + px) * 4 + 4)]).toEqual([
      expect.toBeOneOf([255, 153]),
      0,
      expect.toBeOneOf([255, 153]),
      255,
    ]);
  });

  test('the gaps around a channel that holds a NaN are magenta, so that it is found among many', async () => {
    const { layout, pixels } = await check({ shape: [1, 12, 6, 6], canvas: [160, 160], values: { 190: Number.NaN } });
    for (let channel = 0; channel < 12; channel++) {
      const rect = tileRect(layout, channel);
      if (!rect) throw new Error('no tile');
      const right = at(pixels, 160, rect.x + rect.width, rect.y + 3);
      const below = at(pixels, 160, rect.x + 3, rect.y + rect.height);
      // Channel 5 of rows of four, and its neighbours to the left and above.
      expect([right[1] === 0, below[1] === 0]).toEqual([
        channel === 5 || channel === 4,
        channel === 5 || channel === 1,
      ]);
    }
  });

  test('a layer of zeros, of one value, of nothing but NaN, and of the largest floats', async () => {
    const fill = (v: number) => Object.fromEntries(Array.from({ length: 12 }, (_, i) => [i, v]));
    for (const v of [0, -3.5, Number.NaN]) {
      await check({ shape: [1, 3, 2, 2], canvas: [40, 40], values: fill(v), shading: { boost: 1 } });
    }
    const largest = { ...fill(0), 0: 3.4e38, 1: -3.4e38, 2: 1e38 };
    await check({ shape: [1, 3, 2, 2], canvas: [40, 40], values: largest });
    await check({ shape: [1, 3, 2, 2], canvas: [40, 40], values: largest, shading: { mode: 'difference' } });
  });
});

describe('frames, zoom and states', () => {
  const width = 200;
  const shape = [1, 20, 7, 6];
  const setUp = async (options: GridOptions) => {
    const ctx = await testContext();
    const surface = offscreenSurface(ctx, width, width);
    const buffer = upload(ctx, normals(sizeOf(shape), 3));
    const view = createGridView(ctx, surface, { layer: { buffer, shape }, ...options });
    view.draw();
    return { ctx, view, surface, buffer, pixels: await surface.pixels() };
  };

  test('a frame lies around its tile and nowhere in it', async () => {
    const { view, pixels } = await setUp({ selected: 6, marked: 18, border: 2 });
    for (const [channel, colour] of [
      [6, [128, 255, 128]],
      [18, [255, 153, 26]],
    ] as const) {
      const rect = view.tileRect(channel);
      if (!rect) throw new Error('no tile');
      const x1 = rect.x + rect.width;
      const y1 = rect.y + rect.height;
      for (let x = rect.x - 3; x < x1 + 3; x++) {
        for (let y = rect.y - 3; y < y1 + 3; y++) {
          const out = Math.max(rect.x - x, x - x1 + 1, rect.y - y, y - y1 + 1);
          const got = at(pixels, width, x, y);
          if (out === 1 || out === 2) expect(got).toEqual(colour);
          else expect(got).not.toEqual(colour);
        }
      }
    }
  });

  test('both frames on one tile: the marked one around the selected one', async () => {
    const { view, pixels } = await setUp({ selected: 7, marked: 7 });
    const rect = view.tileRect(7);
    if (!rect) throw new Error('no tile');
    const y = rect.y + 3;
    const left = [1, 2, 3, 4].map((d) => at(pixels, width, rect.x - d, y));
    expect(left).toEqual([
      [128, 255, 128],
      [128, 255, 128],
      [255, 153, 26],
      [255, 153, 26],
    ]);
  });

  test('a view rectangle enlarges what it holds, and pointers follow', async () => {
    const { view, surface } = await setUp({});
    const before = view.tileRect(9);
    if (!before) throw new Error('no tile');
    const part = {
      x: before.x / width,
      y: before.y / width,
      width: before.width / width,
      height: before.height / width,
    };
    view.set({ view: part });
    view.draw();
    const after = view.tileRect(9);
    if (!after) throw new Error('no tile');
    expect(after.width).toBeGreaterThan(before.width * 3);
    // Its middle is the canvas's.
    expect(Math.abs(after.x + after.width / 2 - width / 2)).toBeLessThanOrEqual(before.width / 2);
    expect(view.tileAt(width / 2, width / 2)?.channel).toBe(9);
    const want = shadeLayer(normals(sizeOf(shape), 3), 20, SHADING);
    const pixels = await surface.pixels();
    const spot = view.tileAt(100, 100);
    if (!spot) throw new Error('no spot');
    expect(at(pixels, width, 100, 100)[0]).toBeCloseTo(want[(9 * 7 + spot.h) * 6 + spot.w]?.[0] ?? -1, -0.3);
  });

  test('stale and off tiles are of one colour', async () => {
    const { view, surface } = await setUp({ mode: 'difference', state: 'stale' });
    const rect = view.tileRect(0);
    if (!rect) throw new Error('no tile');
    expect(at(await surface.pixels(), width, rect.x + 1, rect.y + 1)).toEqual([
      expect.toBeOneOf([76, 77]),
      expect.toBeOneOf([76, 77]),
      51,
    ]);
    view.set({ state: 'off' });
    view.draw();
    expect(at(await surface.pixels(), width, rect.x + 1, rect.y + 1)).toEqual([33, 33, 33]);
  });

  test('options change without anything being made; another buffer costs two bind groups, once', async () => {
    const { ctx, view, surface } = await setUp({});
    const other = upload(ctx, normals(sizeOf(shape), 4));
    using calls = countingDevice(ctx.device);
    for (const boost of [0.3, 1]) {
      view.set({ boost, gamma: 0.5, colormap: 'turbo', selected: 3, mode: 'difference' });
      view.draw();
    }
    surface.resize(width, width);
    view.draw();
    expect(calls.counts).toEqual({ createBuffer: 0, createBindGroup: 0, createComputePipeline: 0 });
    for (let i = 0; i < 3; i++) {
      view.set({ layer: { buffer: other, shape } });
      view.draw();
    }
    expect(calls.counts).toEqual({ createBuffer: 0, createBindGroup: 2, createComputePipeline: 0 });
  });

  test('one submit draws several views', async () => {
    const { ctx, view, surface } = await setUp({});
    const second = offscreenSurface(ctx, width, width);
    using copy = createGridView(ctx, second, { layer: { buffer: upload(ctx, normals(sizeOf(shape), 3)), shape } });
    view.set({ boost: 1 });
    copy.set({ boost: 1 });
    drawViews(ctx, [view, copy]);
    expect(await second.pixels()).toEqual(await surface.pixels());
  });

  test('another canvas size is another layout', async () => {
    const { view, surface } = await setUp({});
    const before = view.layout;
    surface.resize(100, 300);
    expect(view.layout).not.toEqual(before);
    expect(view.layout?.columns).toBe(3);
    view.draw();
  });

  test('what is wrong is said by name, and leaves the view as it was', async () => {
    const { view, buffer } = await setUp({});
    expect(() => view.set({ boost: 1.5 })).toThrow('boost: must be from 0 to 1, got 1.5');
    expect(() => view.set({ gamma: 0 })).toThrow('gamma: must be above 0, got 0');
    expect(() => view.set({ image: 1 })).toThrow('image: must be a whole number from 0 to 0, got 1');
    expect(() => view.set({ gap: -1 })).toThrow('gap: must be a whole number of pixels, 0 or more, got -1');
    expect(() => view.set({ layer: { buffer, shape: [4] } })).toThrow(
      'grid view: needs [N,C,H,W], [N,C,L] or [N,C], all at least 1, got [4]',
    );
    expect(() => view.set({ layer: { buffer, shape: [1, 21, 7, 6] } })).toThrow(
      'grid view: [1,21,7,6] needs 3528 bytes, the buffer has 3360',
    );
    view.draw();
  });
});

describe('sprites', () => {
  test('cells lie in their channels’ tiles, where they are present', async () => {
    const ctx = await testContext();
    const surface = offscreenSurface(ctx, 120, 120);
    const shape = [1, 9, 4, 4];
    const buffer = upload(ctx, normals(sizeOf(shape), 3));
    // Cells of 8×8 in one colour each, four to a row.
    const colourOf = (i: number) => [20 * i, 255 - 20 * i, 128];
    const texture = ctx.device.createTexture({ size: [32, 24], format: 'rgba8unorm', usage: 0x02 | 0x04 });
    const texels = new Uint8Array(32 * 24 * 4);
    for (let y = 0; y < 24; y++) {
      for (let x = 0; x < 32; x++) {
        texels.set([...colourOf(Math.floor(y / 8) * 4 + Math.floor(x / 8)), 255], (y * 32 + x) * 4);
      }
    }
    ctx.device.queue.writeTexture({ texture }, texels, { bytesPerRow: 128 }, [32, 24]);
    const present = [true, true, false, true, true, true, true, true, false];
    const sprites = { texture, cell: [8, 8] as const, present };
    using view = createGridView(ctx, surface, { layer: { buffer, shape }, sprites });
    const look = async () => {
      view.draw();
      const pixels = await surface.pixels();
      return Array.from({ length: 9 }, (_, i) => {
        const rect = view.tileRect(i);
        if (!rect) throw new Error('no tile');
        // Up to the very corners: no neighbour's colour comes in.
        const corners = [
          [rect.x, rect.y],
          [rect.x + rect.width - 1, rect.y + rect.height - 1],
          [rect.x + 5, rect.y + 9],
        ].map(([x, y]) => at(pixels, 120, x, y));
        expect(corners[1]).toEqual(corners[0]);
        expect(corners[2]).toEqual(corners[0]);
        return corners[0];
      });
    };
    const empty = [33, 33, 33];
    expect(await look()).toEqual(present.map((p, i) => (p ? colourOf(i) : empty)));
    view.set({ sprites: { ...sprites, present: Array(9).fill(1) } });
    expect(await look()).toEqual(present.map((_, i) => colourOf(i)));
    expect(() => view.set({ sprites: { texture, cell: [40, 8] } })).toThrow(
      "sprites: cells must be whole texels within the texture's 32×24, got 40×8",
    );
    expect(() => view.set({ sprites: { ...sprites, columns: 5 } })).toThrow(
      'sprites: columns must be from 1 to 4, got 5',
    );
    surface.resize(30, 30);
    view.draw();
    view.set({ sprites: undefined });
    view.draw();
  });
});
