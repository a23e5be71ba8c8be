// Receptive fields: published sizes, and what happens to a unit when pixels in and around its field change.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { testContext } from '../../test/support/device.js';
import { describeWithData, sharedData } from '../../test/support/shared.js';
import { createRng } from '../core/rng.js';
import { sizeOf } from '../core/shape.js';
import { importCaffe } from '../importers/index.js';
import { activations } from './forward.js';
import { receptiveField, receptiveFields } from './receptiveField.js';

const data = sharedData() ?? '';

describeWithData('receptive fields of CaffeNet', () => {
  const net = () => importCaffe(readFileSync(join(data, 'prototxt/bvlc_reference_caffenet_deploy.prototxt'), 'utf8'));
  for (const [layer, size] of [
    ['conv1', 11],
    ['conv2', 51],
    ['conv3', 99],
    ['conv4', 131],
    ['conv5', 163],
    ['pool5', 195],
  ] as const) {
    test(`${layer}: ${size}`, () => {
      const fieldOf = receptiveFields(net(), layer);
      for (const [y, x] of [
        [0, 0],
        [3, 5],
        [5, 2],
      ]) {
        const { top, left, bottom, right } = fieldOf(y, x);
        expect([bottom - top, right - left]).toEqual([size, size]);
      }
    });
  }

  test('fully connected layers see the whole image', () => {
    const whole = { top: 0, left: 0, bottom: 227, right: 227 };
    for (const layer of ['fc6', 'prob']) {
      expect(receptiveField(net(), layer, 0, 0)).toEqual({ ...whole, seen: whole });
    }
  });

  test('one step to the side is one stride', () => {
    const at = receptiveField(net(), 'conv5', 6, 6);
    // 163 pixels around the middle of 227.
    expect([at.top, at.bottom]).toEqual([32, 195]);
    expect(receptiveField(net(), 'conv5', 0, 7)).toMatchObject({ top: -64, left: 48 });
  });
});

const NET = `input: "data" input_dim: 1 input_dim: 2 input_dim: 26 input_dim: 31
  layer { name: "conv1" type: "Convolution" bottom: "data" top: "conv1"
    convolution_param { num_output: 5 kernel_size: 3 stride: 2 weight_filler { type: "gaussian" std: 0.4 } } }
  layer { name: "tanh1" type: "TanH" bottom: "conv1" top: "conv1" }
  layer { name: "pool1" type: "Pooling" bottom: "conv1" top: "pool1" pooling_param { pool: AVE kernel_size: 3 stride: 2 pad: 1 } }
  layer { name: "norm1" type: "LRN" bottom: "pool1" top: "norm1" lrn_param { local_size: 3 norm_region: WITHIN_CHANNEL alpha: 2 } }
  layer { name: "conv2" type: "Convolution" bottom: "norm1" top: "conv2"
    convolution_param { num_output: 4 kernel_h: 3 kernel_w: 2 pad: 1 weight_filler { type: "gaussian" std: 0.4 } } }
  layer { name: "side" type: "Convolution" bottom: "pool1" top: "side"
    convolution_param { num_output: 4 kernel_h: 1 kernel_w: 2 pad_w: 1 weight_filler { type: "gaussian" std: 0.4 } } }
  layer { name: "soft" type: "Softmax" bottom: "side" top: "soft" }
  layer { name: "join" type: "Eltwise" bottom: "conv2" bottom: "soft" top: "join" }
  layer { name: "cat" type: "Concat" bottom: "join" bottom: "side" top: "cat" }
  layer { name: "all" type: "Pooling" bottom: "cat" top: "all" pooling_param { pool: AVE global_pooling: true } }
  layer { name: "fc" type: "InnerProduct" bottom: "conv1" top: "fc" inner_product_param { num_output: 3 weight_filler { type: "gaussian" std: 0.4 } } }`;

describe('the field is what changes the unit', () => {
  const model = importCaffe(NET, undefined, { seededWeights: 0 });
  const [, C, H, W] = model.input.shape;
  for (const [layer, y, x] of [
    ['conv1', 0, 14],
    ['pool1', 6, 7],
    ['norm1', 3, 4],
    ['conv2', 0, 0],
    ['conv2', 6, 8],
    ['side', 3, 8],
    ['soft', 2, 2],
    ['join', 4, 3],
    ['cat', 6, 0],
    ['all', 0, 0],
    ['fc', 0, 0],
  ] as const) {
    test(`${layer} at ${y},${x}`, async () => {
      const ctx = await testContext();
      const rng = createRng(y * 10 + x);
      const base = Float32Array.from({ length: C * H * W }, () => rng.uniform() * 2 - 1);
      const field = receptiveField(model, layer, y, x);
      const { seen } = field;
      expect(seen.top).toBe(Math.max(0, field.top));
      expect(seen.left).toBe(Math.max(0, field.left));
      const inside = (h: number, w: number) => h >= seen.top && h < seen.bottom && w >= seen.left && w < seen.right;
      /** The base image with other numbers where `other` holds. */
      const changed = (other: (h: number, w: number) => boolean) =>
        base.map((v, i) => (other(Math.floor(i / W) % H, i % W) ? v + 1 + rng.uniform() : v));
      const images = [
        base,
        changed((h, w) => !inside(h, w)),
        changed((h, w) => inside(h, w) && h === seen.top),
        changed((h, w) => inside(h, w) && h === seen.bottom - 1),
        changed((h, w) => inside(h, w) && w === seen.left),
        changed((h, w) => inside(h, w) && w === seen.right - 1),
      ];
      const batch = new Float32Array(images.length * base.length);
      for (const [n, image] of images.entries()) batch.set(image, n * base.length);
      const map = (await activations(ctx, model, batch, [layer === 'conv1' ? 'tanh1' : layer])).get(
        layer === 'conv1' ? 'tanh1' : layer,
      );
      if (!map) throw new Error(`no ${layer}`);
      const [, K, P = 1, Q = 1] = map.shape;
      const units = images.map((_, n) =>
        Array.from({ length: K }, (_c, c) => map.data[((n * K + c) * P + y) * Q + x]).join(),
      );
      expect(units[1]).toBe(units[0]);
      for (const border of units.slice(2)) expect(border).not.toBe(units[0]);
      expect(sizeOf(map.shape)).toBe(images.length * K * P * Q);
    });
  }

  test('a last row that no unit of the layer before looks at is not seen', () => {
    // Of 26 rows conv1 takes 25.
    const field = receptiveField(model, 'conv2', 6, 3);
    expect(field.bottom).toBeGreaterThan(26);
    expect(field.seen.bottom).toBe(25);
  });

  test('a position outside the map is named', () => {
    expect(() => receptiveField(model, 'conv2', 7, 0)).toThrow("receptiveField: position 7,0 is outside 'conv2'");
  });
});
