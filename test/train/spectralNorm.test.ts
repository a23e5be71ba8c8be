// Power iteration against the singular values of the matrix, and where its gradient goes.
import { expect, test } from 'vitest';
import { grad } from '../../src/autodiff/grad.js';
import { symmetricEigen } from '../../src/core/eigen.js';
import { createRng } from '../../src/core/rng.js';
import { f32 } from '../../src/core/shape.js';
import { compile } from '../../src/graph/plan.js';
import { createTape } from '../../src/graph/tape.js';
import { greatestSingularValue } from '../../train/spectralNorm.js';
import { testContext } from '../support/device.js';

test('the greatest singular value of a matrix, and its gradient uvᵀ', async () => {
  const [O, K] = [5, 7];
  const { normal } = createRng(2);
  const w = Float32Array.from({ length: O * K }, () => normal());
  const gram = Float64Array.from({ length: O * O }, (_, i) => {
    const [a, b] = [Math.floor(i / O), i % O];
    return Array.from({ length: K }, (_k, k) => w[a * K + k] * w[b * K + k]).reduce((x, y) => x + y, 0);
  });
  const { values, vectors } = symmetricEigen(gram, O);
  const sigma = Math.sqrt(values[0]);
  const u = vectors.subarray(0, O);

  const tape = createTape();
  const matrix = tape.leaf('W', f32(O, K));
  const start = tape.leaf('u', f32(1, O));
  const { sigma: found, next } = greatestSingularValue(tape, matrix, start);
  tape.assign(start, next);
  const [d] = grad(tape, found, [matrix], { seed: tape.constant('one', [1, 1], Float32Array.of(1)) });
  using plan = await compile(await testContext(), tape, { keep: [found, d] });
  plan.write(matrix, w);
  plan.write(start, new Float32Array(O).fill(1));
  plan.run();
  const once = (await plan.read(found))[0];
  plan.run({ steps: 60 });
  const settled = (await plan.read(found))[0];

  expect(once).toBeLessThan(sigma);
  expect(settled).toBeCloseTo(sigma, 4);
  const gradient = await plan.read(d);
  for (let o = 0; o < O; o++) {
    for (let k = 0; k < K; k++) {
      const v = Array.from({ length: O }, (_, i) => u[i] * w[i * K + k]).reduce((x, y) => x + y, 0) / sigma;
      expect(gradient[o * K + k]).toBeCloseTo(u[o] * v, 4);
    }
  }
});
