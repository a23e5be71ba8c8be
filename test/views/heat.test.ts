// A map over the net's input, against the picture that the library makes of it on the host.
import { expect, test } from 'vitest';
import { resizedMap } from '../../src/attribute/resize.js';
import type { Model } from '../../src/graph/model.js';
import { importCaffe } from '../../src/importers/index.js';
import { attributionPicture } from '../../src/methods/attributionPicture.js';
import type { Attribution } from '../../src/parts/kinds.js';
import { cropOf } from '../../src/scene/crop.js';
import { createHeatView } from '../../src/views/index.js';
import { testContext } from '../support/device.js';
import { offscreenSurface } from '../support/surface.js';
import { normals, upload } from './upload.js';

const [H, W] = [10, 14];
const mean = [100, 110, 120];
const MODEL: Model = importCaffe(
  `name: "small" input: "data" input_dim: 1 input_dim: 3 input_dim: ${H} input_dim: ${W}
   layer { name: "conv1" type: "Convolution" bottom: "data" top: "conv1" convolution_param { num_output: 2 kernel_size: 3 } }`,
  undefined,
  { seededWeights: 0, preprocessing: { mean, scale: 0.5, order: 'bgr', stated: true } },
);
const image = (seed: number) => normals(3 * H * W, seed).map((v) => Math.max(-50, Math.min(60, 30 * v)));
const batch = (all: readonly Float32Array[]) => Float32Array.from(all.flatMap((one) => [...one]));
/** From 0 or −1 to 1, which two places reach: `attributionPicture` then leaves it as it is. */
const unit = (seed: number, n: number, drawn: 'size' | 'signed') => {
  const values = normals(n, seed).map((v) => (drawn === 'size' ? Math.abs(v) : v));
  const least = drawn === 'size' ? values.reduce((a, b) => Math.min(a, b)) : 0;
  const most = values.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
  return values.map((v, i) => (i === 5 ? 1 : (v - least) / (most - least)));
};

/** Draws the second image of a batch: its pixels for each alpha. */
async function draw(
  maps: readonly Float32Array[],
  [h, w]: readonly [number, number],
  drawn: 'size' | 'signed',
  alphas: readonly number[],
) {
  const ctx = await testContext();
  const images = [image(1), image(2)];
  const picture = { buffer: upload(ctx, batch(images)), shape: [2, 3, H, W], order: 'bgr', mean, scale: 0.5 } as const;
  const map = { buffer: upload(ctx, batch(maps)), shape: [2, 1, h, w] };
  const surface = offscreenSurface(ctx, W, H);
  using view = createHeatView(ctx, surface, { picture, map, drawn, image: 1 });
  const drawnOnes: Uint8Array[] = [];
  for (const alpha of alphas) {
    view.set({ alpha });
    view.draw();
    drawnOnes.push(Uint8Array.from(await surface.pixels()));
  }
  return { image: images[1], pixels: drawnOnes };
}

const farthest = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Math.max(...Array.from(a, (v, i) => Math.abs(v - b[i])));

for (const drawn of ['size', 'signed'] as const) {
  test(`${drawn}: as attributionPicture has it; half of it; none of it`, async () => {
    const maps = [unit(3, H * W, drawn), unit(4, H * W, drawn)];
    const { image: own, pixels } = await draw(maps, [H, W], drawn, [1, 0.5, 0]);
    const [whole, half, none] = pixels;
    const attribution: Attribution = {
      map: { shape: [1, H, W], data: maps[1] },
      meaning: '',
      drawn,
      values: new Float32Array(1),
    };
    expect(farthest(whole, attributionPicture(MODEL, own, attribution).data)).toBeLessThanOrEqual(1);
    const between = Float64Array.from(whole, (v, i) => (v + none[i]) / 2);
    expect(farthest(half, between)).toBeLessThanOrEqual(1);
    expect(farthest(none, cropOf(MODEL, own, { top: 0, left: 0, bottom: H, right: W }).data)).toBeLessThanOrEqual(1);
  });

  test(`${drawn}: a small map is interpolated between its places`, async () => {
    const [h, w] = [4, 3];
    const maps = [unit(3, h * w, drawn), unit(4, h * w, drawn)];
    const { pixels } = await draw(maps, [h, w], drawn, [1]);
    const large = Float32Array.from(resizedMap(maps[1], [h, w], [H, W]));
    const again = await draw([large, large], [H, W], drawn, [1]);
    expect(farthest(pixels[0], again.pixels[0])).toBeLessThanOrEqual(1);
  });
}

test('what is no number is magenta, and only there', async () => {
  const map = unit(4, H * W, 'size');
  map[3 * W + 6] = Number.NaN;
  const { pixels } = await draw([map, map], [H, W], 'size', [1]);
  const magenta = Array.from({ length: H * W }, (_, i) => i).filter(
    (i) => pixels[0][i * 4 + 1] === 0 && pixels[0][i * 4] === pixels[0][i * 4 + 2],
  );
  expect(magenta).toContain(3 * W + 6);
  expect(magenta.length).toBeLessThan(9);
});
