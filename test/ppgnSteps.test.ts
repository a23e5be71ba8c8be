// The samplers of PPGN and DGN-AM against loops in float64 on small nets: variants, both kinds of steps, quirks included.
import { describe, expect, test } from 'vitest';
import { dispose } from '../src/core/dispose.js';
import { createRng } from '../src/core/rng.js';
import { type Model, weightsAsF32 } from '../src/graph/model.js';
import { ref as random } from '../src/kernels/random/random.ref.js';
import { type SamplerOptions, samplerStudy } from '../src/methods/ppgn.js';
import { logProbability } from '../src/objectives/logProbability.js';
import { createRun } from '../src/synthesize/run.js';
import { expectClose } from './support/close.js';
import { testContext } from './support/device.js';
import { CODE, condition, denoiser, encoder, generator, IMAGE } from './support/ppgnNets.js';

const [C, H, W] = IMAGE;
const SEEDS = [3, 8];
const STEPS = 4;
const CLASS = 2;

const rng = createRng(12);
/** Means, then deviations. */
const codes = Float32Array.from({ length: 2 * CODE }, (_, i) => (i < CODE ? 0.3 * rng.normal() : 0.2 + rng.uniform()));

/** `W x + b` of a layer, and its transpose. */
function linear(model: Model, layer: string) {
  const data = (key: string) =>
    weightsAsF32(model.weights.get(`${layer}.${key}`) ?? { shape: [0], dtype: 'f32', data: new Float32Array() });
  const [w, b] = [data('w'), data('b')];
  const rows = b.length;
  const columns = w.length / rows;
  return {
    of: (x: Float64Array) =>
      Float64Array.from({ length: rows }, (_, i) => x.reduce((sum, v, j) => sum + w[i * columns + j] * v, b[i])),
    back: (d: Float64Array) =>
      Float64Array.from({ length: columns }, (_, j) => d.reduce((sum, v, i) => sum + w[i * columns + j] * v, 0)),
  };
}

/** Numbers of one net's images as those of another, and the factors of the way back. */
function between(from: Model, to: Model) {
  const [a, b] = [from.preprocessing, to.preprocessing];
  const number = (v: number | readonly number[] | { readonly shape: unknown }, c: number) =>
    typeof v === 'number' ? v : (v as readonly number[])[c];
  const plane = H * W;
  const sourceOf = (i: number) => {
    const c = Math.floor(i / plane);
    return (a.order === b.order ? c : C - 1 - c) * plane + (i % plane);
  };
  return {
    of: (x: Float64Array) =>
      x.map((_, i) => {
        const from = sourceOf(i);
        const pixel = x[from] / number(a.scale, 0) + number(a.mean, Math.floor(from / plane));
        return (pixel - number(b.mean, Math.floor(i / plane))) * number(b.scale, 0);
      }),
    back(d: Float64Array) {
      const out = new Float64Array(d.length);
      for (const [i, v] of d.entries()) out[sourceOf(i)] = (v * number(b.scale, 0)) / number(a.scale, 0);
      return out;
    },
  };
}

const grow = linear(generator, 'grow');
const scores = linear(condition, 'fc8');
const encode = linear(encoder, 'fc6');
const clean = linear(denoiser, 'clean');
const told = linear(denoiser, 'told');
const toCondition = between(generator, condition);
const toEncoder = between(generator, encoder);
const LEVEL = 0.2;

interface Loop extends Omit<SamplerOptions, 'condition' | 'seeds' | 'steps'> {
  readonly terms?: 'all' | 'own';
}

/** The code after some steps, and log p before each. */
function reference(start: Float32Array, seed: number, options: Loop) {
  const {
    variant = 'joint-ppgn-h',
    epsilon1 = 0,
    epsilon2 = 1,
    epsilon3 = 0,
    rate = 1,
    lastRate = rate,
    terms = 'all',
    step: kind = 'normalized',
  } = options;
  let h = Float64Array.from(start);
  const logs: number[] = [];
  for (let step = 0; step < STEPS; step++) {
    const y = grow.of(h).map(Math.tanh);
    const s = scores.of(toCondition.of(y));
    const sum = s.reduce((total, v) => total + Math.exp(v), 0);
    const p = s.map((v) => Math.exp(v) / sum);
    logs.push(Math.log(p[CLASS]));
    const ds = p.map((v, i) => (i === CLASS ? 1 - v : terms === 'own' ? 0 : -v));
    const dy = toCondition.back(scores.back(ds)).map((v, i) => v * (1 - y[i] ** 2));
    const meanSize = (x: Float64Array) => x.reduce((total, v) => total + Math.abs(v), 0) / CODE;
    const g = grow.back(dy);
    const own = kind === 'normalized' ? meanSize(g) : 1;
    let d = g.map((v) => (epsilon2 * v) / own);
    if (variant === 'joint-ppgn-h') {
      const again = encode.of(toEncoder.of(y)).map((v) => Math.max(0, v));
      d = d.map((v, i) => v + epsilon1 * (again[i] - h[i]));
    }
    if (variant === 'ppgn-h') {
      const noisy = h.map((v) => v * Math.cos((LEVEL * Math.PI) / 2));
      const cleaned = clean.of(noisy).map((v, i) => v + told.of(Float64Array.of(LEVEL))[i]);
      d = d.map((v, i) => v + epsilon1 * (cleaned[i] - h[i]));
    }
    if (epsilon3 > 0) {
      const noise = random([seed], step, CODE, { distribution: 'normal', stream: 0 });
      d = d.map((v, i) => v + epsilon3 * noise[i]);
    }
    if (kind === 'authors') {
      const mean = meanSize(d);
      d = d.map((v) => v / mean);
    }
    const now = rate + ((lastRate - rate) * step) / (STEPS + 1);
    h = h.map((v, i) => v + now * d[i]);
    if (options.codes) {
      const far = (i: number) => (options.deviations ?? 3) * codes[CODE + i];
      h = h.map((v, i) => Math.min(Math.max(v, codes[i] - far(i)), codes[i] + far(i)));
    }
    h = h.map((v) => v * (1 - (options.decay ?? 0)));
  }
  return { h, logs };
}

describe('chains of codes take the steps of a loop in float64', () => {
  test.each<readonly [string, Loop]>([
    [
      'DGN-AM: two normalizations in a row are one, at a falling rate',
      { variant: 'dgn-am', rate: 0.3, lastRate: 0.1, decay: 0.01, codes: true, deviations: 1 },
    ],
    ['joint PPGN-h, exact', { epsilon1: 0.2, epsilon2: 0.7, epsilon3: 0.1, step: 'exact', rate: 1 }],
    ['joint PPGN-h, normalized, with a weight of the condition', { epsilon1: 0.2, epsilon2: 0.6, rate: 0.2 }],
    ['joint PPGN-h, normalized', { epsilon1: 0.2, epsilon2: 1, epsilon3: 0.05, rate: 0.2 }],
    [
      'noiseless joint PPGN-h with the authors’ gradient and steps',
      { epsilon1: 0.1, rate: 0.2, step: 'authors', terms: 'own' },
    ],
    [
      'PPGN-h with a denoiser that is told the noise',
      { variant: 'ppgn-h', epsilon1: 0.3, epsilon3: 0.02, step: 'exact' },
    ],
  ])('%s', async (_, { terms = 'all', ...options }) => {
    const study = samplerStudy({
      ...options,
      epsilon3: options.epsilon3 ?? 0,
      decay: options.decay ?? 0,
      condition: logProbability.make({ class: CLASS, terms }),
      seeds: SEEDS,
      steps: STEPS + 1,
    });
    const given = { nets: { generator, encoder, denoiser }, numbers: { codes } };
    const run = await createRun(await testContext(), condition, { recipe: study, compose: (s) => s }, given);
    const starts = [...(await run.variables()).values()].map(([code]) => code);
    run.run(STEPS);
    const records = await run.records();
    const ended = [...(await run.variables()).values()].map(([code]) => code);
    run[dispose]();
    for (const [n, seed] of SEEDS.entries()) {
      const { h, logs } = reference(starts[n], seed, { terms, ...options });
      expectClose(`code of seed ${seed}`, ended[n], h, [CODE], { atol: 2e-5, rtol: 2e-4 });
      expectClose(
        'log p',
        Float32Array.from(records[n].map(({ objective }) => objective)),
        Float64Array.from(logs),
        [STEPS],
        { atol: 2e-5, rtol: 1e-4 },
      );
    }
    expect(starts[0]).not.toEqual(starts[1]);
  });
});
