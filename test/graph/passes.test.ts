// What the passes fuse gives the same numbers as what they leave alone. A value that is kept has to be there by itself, so a
// plan that keeps every value is the same net without fusion.
import { describe, expect, test } from 'vitest';
import { grad } from '../../src/autodiff/grad.js';
import { backwardRules } from '../../src/autodiff/rules.js';
import { f32, sizeOf } from '../../src/core/shape.js';
import { compile } from '../../src/graph/plan.js';
import { createTape, type Value, variadic } from '../../src/graph/tape.js';
import { op as add } from '../../src/kernels/add/index.js';
import { op as concat } from '../../src/kernels/concat/index.js';
import { op as conv2d } from '../../src/kernels/conv2d/index.js';
import { op as maxPool } from '../../src/kernels/maxPool/index.js';
import { op as relu } from '../../src/kernels/relu/index.js';
import { expectClose } from '../support/close.js';
import { contextWith } from '../support/device.js';
import { distinct } from '../support/op.js';

/**
 * An inception module, a residual block and a pooling: fan-out, concatenation and sums, with ReLUs between them. By the rules
 * for a GPU the deeper convolutions are summed in parts, one of them in a branch that is written in place.
 */
function build(mode: 'gradient' | 'deconv' | 'guided') {
  const tape = createTape();
  const image = tape.leaf('image', f32(2, 3, 9, 11));
  let seed = 20;
  const conv = (x: Value, K: number, size: number): Value => {
    const shape = [K, x.shape[1], size, size];
    const w = tape.constant('w', shape, distinct(sizeOf(shape), seed++));
    const b = tape.constant('b', [K], distinct(K, seed++));
    const pad = (size - 1) / 2;
    const attrs = { stride: [1, 1], pad: [pad, pad, pad, pad], dilation: [1, 1], group: 1 } as const;
    return tape.apply(conv2d, { x, w, b }, attrs);
  };
  const act = (x: Value) => tape.apply(relu, { x }, { slope: 0 });
  const pool = (x: Value) =>
    tape.apply(maxPool, { x }, { kernel: [3, 3], stride: [1, 1], pad: [1, 1, 1, 1], rounding: 'floor', global: false });
  const stem = act(conv(image, 5, 3));
  const branches = [act(conv(stem, 4, 1)), act(conv(act(conv(stem, 8, 1)), 7, 3)), act(conv(pool(stem), 3, 1))];
  const joined = tape.apply(concat, variadic(branches), { axis: 1 });
  const residual = act(tape.apply(add, { a: joined, b: conv(act(conv(joined, 6, 1)), 14, 3) }, {}));
  const y = conv(residual, 2, 1);
  const cotangent = tape.leaf('cotangent', y);
  const [gradient] = grad(tape, y, [image], { seed: cotangent, rules: backwardRules(mode, {}) });
  return { tape, image, y, cotangent, gradient };
}

describe('fusion changes no number', () => {
  for (const mode of ['gradient', 'deconv', 'guided'] as const) {
    for (const traits of [{}, { software: false }])
      test(`${mode} with ${JSON.stringify(traits)}`, async () => {
        const ctx = await contextWith(traits);
        const net = build(mode);
        const all = net.tape.nodes.map((n) => n.output);
        const results = [];
        const dispatches = [];
        for (const keep of [[net.y, net.gradient], all]) {
          using plan = await compile(ctx, net.tape, { keep });
          plan.write(net.image, distinct(sizeOf(net.image.shape), 1));
          plan.write(net.cotangent, distinct(sizeOf(net.cotangent.shape), 2));
          plan.run();
          results.push([await plan.read(net.y), await plan.read(net.gradient)]);
          dispatches.push(plan.dispatches);
        }
        const [fused, plain] = dispatches;
        // The comparison means something only if one is fused and the other is not.
        expect(fused.filter((d) => ['relu', 'add', 'copy_range', 'place_range'].includes(d))).toEqual([]);
        expect(plain.filter((d) => d === 'relu').length).toBe(7);
        expect(plain).toContain('copy_range');
        expect(fused.length).toBeLessThan(plain.length * ('software' in traits ? 0.8 : 0.7));
        if ('software' in traits) expect(fused).toContain('conv2d_sum');
        const close = { atol: 1e-4, rtol: 1e-5 };
        expectClose('y', results[0][0], results[1][0], net.y.shape, close);
        expectClose('gradient', results[0][1], results[1][1], net.gradient.shape, close);
        expect(results[0][1].some((v) => v !== 0)).toBe(true);
      });
  }
});
