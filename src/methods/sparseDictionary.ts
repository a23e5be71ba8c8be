// A sparse dictionary: more directions than channels, few of which are active at once, by a sparse autoencoder (Bricken et al. 2023, Towards
// Monosemanticity; with the k greatest in place of an ℓ1 penalty: Makhzani & Frey 2014, Gao et al. 2024). x ≈ c + D f, f = relu(E(x − c) + b).
// The columns of D have unit length on the tape itself, so that no step can leave it. Directions that are never active start anew from samples
// that are explained badly, in place of Gao's auxiliary loss (Bricken et al. 2023, "Neuron resampling", without their schedule).
import { NotFiniteError, OptionError } from '../core/errors.js';
import { createRng, type Rng, seedFor } from '../core/rng.js';
import { f32, u32 } from '../core/shape.js';
import type { Table } from '../directions/linear.js';
import { drawer, encoded, type Sparsity, scaled, startOf } from '../directions/sparse.js';
import type { Context } from '../gpu/context.js';
import { compile, type Plan } from '../graph/plan.js';
import { createTape, type Tape, type Value } from '../graph/tape.js';
import { count as counted } from '../kernels/ascent/index.js';
import { binary } from '../kernels/binary/index.js';
import { op as fc } from '../kernels/fc/index.js';
import { op as keepLargest } from '../kernels/keepLargest/index.js';
import { pointwise } from '../kernels/pointwise/index.js';
import { op as reduction } from '../kernels/reduction/index.js';
import { op as relu } from '../kernels/relu/index.js';
import { adam } from '../optim/adam.js';
import { descend } from '../optim/descend.js';
import { cosine } from '../optim/schedule.js';
import type { DirectionActivation } from '../scene/directions.js';

/** What the training of a sparse dictionary may be told. */
export interface SparseOptions {
  readonly count: number;
  readonly sparsity: Sparsity;
  /** Steps of Adam; default 3000. */
  readonly steps?: number;
  /** Samples in a step; default 256. */
  readonly batch?: number;
  /** Greatest learning rate; default 0.003. It falls along half a cosine. */
  readonly rate?: number;
  readonly seed?: number;
  /** Told of a step now and then, with its loss. */
  readonly onStep?: (step: number, steps: number, loss: number) => void;
  readonly signal?: AbortSignal;
}

/** A trained dictionary, in units of the samples. */
export interface SparseDictionary {
  /** `[count, C]`, of unit length. */
  readonly directions: Float32Array;
  /** `[count, C]` */
  readonly encoder: Float32Array;
  readonly mean: Float32Array;
  readonly bias: Float32Array;
  readonly activation: DirectionActivation;
  /** Directions that are active in none of the samples. */
  readonly dead: number;
}

/** Steps whose losses are read together. */
const CHUNK = 50;
/** Shares of the steps after which dead directions start anew. */
const ANEW = [0.1, 0.25, 0.4, 0.55];

/** Trains a sparse dictionary of samples `[n, C]`. @throws OptionError, NotFiniteError */
export async function sparseDictionary(
  ctx: Context,
  samples: Table,
  options: SparseOptions,
): Promise<SparseDictionary> {
  const { count: K, sparsity, steps = 3000, rate = 0.003, seed = 0, onStep, signal } = options;
  const { rows: n, columns: C } = samples;
  const batch = Math.min(options.batch ?? 256, n);
  check(options, n);
  const { mean, scale, data } = scaled(samples);
  const rng = createRng(seedFor(seed, 'sparse dictionary'));

  const tape = createTape();
  const step = tape.leaf('step', u32(1));
  tape.assign(step, tape.apply(counted, { x: step }, {}));
  const x = tape.leaf('x', f32(batch, C));
  const weights = {
    // Directions as columns.
    D: tape.leaf('D', f32(C, K)),
    E: tape.leaf('E', f32(K, C)),
    b: tape.leaf('b', f32(K)),
    c: tape.leaf('c', f32(C)),
  };
  const loss = lossOf(tape, x, weights, sparsity);
  const [descent] = descend(tape, loss, step, [
    { weights: Object.values(weights), rules: [adam.make({ lr: rate, beta1: 0.9, beta2: 0.999 })] },
  ]);
  const log = tape.log('loss', loss, CHUNK);
  using plan = await compile(ctx, tape, signal ? { signal } : {});

  const start = startOf(data, C, K, rng);
  plan.write(weights.D, start.D);
  plan.write(weights.E, start.E);
  plan.write(weights.b, new Float32Array(K));
  plan.write(weights.c, new Float32Array(C));
  const rateAt = cosine({ rate, steps, warmUp: Math.min(100, steps / 10), last: 0.02 });
  const rows = new Float32Array(batch * C);
  const draw = drawer(n, rng);
  const anew = ANEW.map((share) => Math.round(share * steps));
  let done = 0;
  while (done < steps) {
    signal?.throwIfAborted();
    const end = Math.min(done + CHUNK, steps, ...anew.filter((at) => at > done));
    plan.rewind();
    for (let i = done; i < end; i++) {
      for (let r = 0; r < batch; r++) {
        const from = draw() * C;
        rows.set(data.subarray(from, from + C), r * C);
      }
      plan.write(x, rows);
      descent.set(plan, rateAt(i));
      plan.run();
    }
    const losses = (await plan.read(log)).subarray(0, end - done);
    const wrong = losses.findIndex((value) => !Number.isFinite(value));
    if (wrong >= 0)
      throw new NotFiniteError(
        `The loss of step ${done + wrong} is ${losses[wrong]}. Lower the learning rate, ${rate}.`,
      );
    done = end;
    onStep?.(done, steps, losses[losses.length - 1]);
    if (anew.includes(done)) await startAnew(plan, weights, descent.slots, data, sparsity, rng);
  }
  return finish(plan, weights, { data, mean, scale, sparsity });
}

type Weights = Readonly<Record<'D' | 'E' | 'b' | 'c', Value>>;

function check({ count, sparsity, steps = 1, batch = 1, rate = 1 }: SparseOptions, n: number): void {
  const whole = (field: string, value: number, most = Number.POSITIVE_INFINITY) => {
    if (!(Number.isInteger(value) && value >= 1 && value <= most))
      throw new OptionError(
        field,
        `must be a whole number from 1${most < Infinity ? ` to ${most}` : ''}, got ${value}`,
      );
  };
  whole('count', count);
  whole('steps', steps);
  whole('batch', batch);
  if (n < count) throw new OptionError('samples', `must be as many as the ${count} directions, got ${n}`);
  if (!(rate > 0)) throw new OptionError('rate', `must be above 0, got ${rate}`);
  if ('topK' in sparsity) whole('topK', sparsity.topK, count);
  else if (!(sparsity.l1 > 0 && sparsity.l1 < Infinity))
    throw new OptionError('l1', `must be above 0, got ${sparsity.l1}`);
}

/** `mean of ‖x − x̂‖² + l1 Σ f`, `[1]`. */
function lossOf(tape: Tape, x: Value, { D, E, b, c }: Weights, sparsity: Sparsity): Value {
  const sumOf = (v: Value, axis: number, keep: boolean) =>
    tape.apply(reduction, { x: v }, { kind: 'sum', axes: [axis], keep });
  const square = (v: Value) => pointwise(tape, v, 'power', { c: 2 });
  const inverse = pointwise(tape, sumOf(square(D), 0, true), 'power', { b: 1e-12, c: -0.5 });
  const directions = binary(tape, 'mul', D, inverse);
  const before = tape.apply(fc, { x: binary(tape, 'sub', x, c), w: E, b }, { axis: 1 });
  const positive = tape.apply(relu, { x: before }, { slope: 0 });
  const f = 'topK' in sparsity ? tape.apply(keepLargest, { x: positive }, { k: sparsity.topK }) : positive;
  const made = tape.apply(fc, { x: f, w: directions, b: c }, { axis: 1 });
  const mean = (v: Value) => tape.apply(reduction, { x: sumOf(v, 1, false) }, { kind: 'mean', axes: [0], keep: true });
  const error = mean(square(binary(tape, 'sub', x, made)));
  if ('topK' in sparsity) return error;
  return binary(tape, 'add', error, pointwise(tape, mean(f), 'power', { a: sparsity.l1 }));
}

/** Dead directions become what badly explained samples lack, drawn by their squared error. */
async function startAnew(
  plan: Plan,
  { D, E, b, c }: Weights,
  slots: readonly Value[],
  data: Float32Array,
  sparsity: Sparsity,
  rng: Rng,
): Promise<void> {
  const [C, K] = D.shape;
  const [d, e, bias, centre] = await Promise.all([D, E, b, c].map((leaf) => plan.read(leaf)));
  const codes = encoded(data, C, e, bias, centre, sparsity);
  const alive = new Uint8Array(K);
  for (const { f } of codes) for (let k = 0; k < K; k++) if (f[k] > 0) alive[k] = 1;
  const dead = Array.from({ length: K }, (_, k) => k).filter((k) => !alive[k]);
  if (dead.length === 0) return;
  const lengths = Array.from({ length: K }, (_, k) => {
    let sum = 0;
    for (let j = 0; j < C; j++) sum += d[j * K + k] ** 2;
    return Math.sqrt(sum);
  });
  const lacks = codes.map(({ x, f }) => {
    const rest = Float64Array.from(x, (value, j) => value - centre[j]);
    for (let k = 0; k < K; k++) if (f[k] > 0) for (let j = 0; j < C; j++) rest[j] -= (f[k] * d[j * K + k]) / lengths[k];
    return rest;
  });
  const errors = lacks.map((rest) => rest.reduce((sum, value) => sum + value * value, 0));
  let whole = 0;
  const sums = errors.map((error) => {
    whole += error;
    return whole;
  });
  const living = Array.from({ length: K }, (_, k) => k).filter((k) => alive[k]);
  const norm =
    living.reduce((sum, k) => sum + Math.hypot(...e.subarray(k * C, (k + 1) * C)), 0) / Math.max(1, living.length) || 1;
  for (const k of dead) {
    const at = rng.uniform() * whole;
    const chosen = Math.max(
      0,
      sums.findIndex((sum) => at < sum),
    );
    const length = Math.sqrt(errors[chosen]) || 1;
    for (let j = 0; j < C; j++) {
      const value = lacks[chosen][j] / length;
      d[j * K + k] = value;
      e[k * C + j] = norm * value;
    }
    bias[k] = 0;
  }
  plan.write(D, d);
  plan.write(E, e);
  plan.write(b, bias);
  for (const slot of slots) await forget(plan, slot, { D, E, b }, dead);
}

/** Sets a rule's memory of dead directions to zero. */
async function forget(
  plan: Plan,
  slot: Value,
  { D, E, b }: Omit<Weights, 'c'>,
  dead: readonly number[],
): Promise<void> {
  const of = [D, E, b].find(({ label }) => slot.label.startsWith(`${label} `));
  if (!of) return;
  const memory = await plan.read(slot);
  const K = b.shape[0];
  const C = D.shape[0];
  for (const k of dead) {
    if (of === b) memory[k] = 0;
    else for (let j = 0; j < C; j++) memory[of === D ? j * K + k : k * C + j] = 0;
  }
  plan.write(slot, memory);
}

/** In units of the samples, those first that explain most. */
async function finish(
  plan: Plan,
  { D, E, b, c }: Weights,
  { data, mean, scale, sparsity }: { data: Float32Array; mean: Float64Array; scale: number; sparsity: Sparsity },
): Promise<SparseDictionary> {
  const [C, K] = D.shape;
  const [d, e, bias, centre] = await Promise.all([D, E, b, c].map((leaf) => plan.read(leaf)));
  const energy = new Float64Array(K);
  for (const { f } of encoded(data, C, e, bias, centre, sparsity)) for (let k = 0; k < K; k++) energy[k] += f[k] ** 2;
  const order = Array.from({ length: K }, (_, k) => k).sort((i, j) => energy[j] - energy[i] || i - j);
  const directions = new Float32Array(K * C);
  const encoder = new Float32Array(K * C);
  for (const [to, k] of order.entries()) {
    let square = 0;
    for (let j = 0; j < C; j++) square += d[j * K + k] ** 2;
    for (let j = 0; j < C; j++) directions[to * C + j] = d[j * K + k] / Math.sqrt(square + 1e-12);
    encoder.set(e.subarray(k * C, (k + 1) * C), to * C);
  }
  return {
    directions,
    encoder,
    mean: Float32Array.from(centre, (value, j) => mean[j] + scale * value),
    // relu and the k greatest keep a factor, so that it can be left to the numbers themselves.
    bias: Float32Array.from(order, (k) => scale * bias[k]),
    activation: 'topK' in sparsity ? { topK: sparsity.topK } : 'relu',
    dead: energy.reduce((sum, value) => (value === 0 ? sum + 1 : sum), 0),
  };
}
