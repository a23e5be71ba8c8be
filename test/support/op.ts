// checkOp tests one op on the GPU: the forward pass against its float64 reference, and the backward pass against central
// differences of the reference.

import { grad } from '../../src/autodiff/grad.js';
import { createRng } from '../../src/core/rng.js';
import { coordinates, formatShape, type Shape, sizeOf } from '../../src/core/shape.js';
import type { Context } from '../../src/gpu/context.js';
import type { VariantTime } from '../../src/gpu/kernel.js';
import type { Choices } from '../../src/graph/choices.js';
import { compile } from '../../src/graph/plan.js';
import { createTape, type Op, type Value } from '../../src/graph/tape.js';
import type { RefTensor } from '../../src/kernels/reference.js';
import { expectClose, type Tolerance } from './close.js';
import { contextWith, testContext } from './device.js';

export interface OpCase<A> {
  readonly inputs: Readonly<Record<string, Shape>>;
  readonly attrs: A;
  /** Default 1e-5 + 1e-5·|want|: f32 sums of a few hundred products of numbers below 1. */
  readonly tolerance?: Tolerance;
  /** Inputs whose gradient is checked. Default: all. `[]` for ops without a gradient. */
  readonly wrt?: readonly string[];
  /** Maps the default distinct values in (−1, 1) to an input's own range. */
  readonly values?: Readonly<Record<string, (v: number) => number>>;
  readonly seed?: number;
  /** Inputs that are constants, like a frozen net's weights. Ops may then use a kernel with prepared weights. */
  readonly frozen?: readonly string[];
  /**
   * Also runs every one of these variants, with the rules for a GPU (which has more threads), with and without subgroups. Their
   * results are compared with the default's, which was compared with the reference.
   */
  readonly variants?: readonly string[];
}

/** A reference: float64 in, float64 out, no device. */
export type Reference<A> = (inputs: Record<string, RefTensor>, attrs: A) => RefTensor;

const DEFAULT: Tolerance = { atol: 1e-5, rtol: 1e-5 };
/** Step of the central differences. Inputs are further apart than this, which avoids kinks. */
const H = 1e-5;
/** Number of elements of an input that are checked by differences. A larger input is sampled. */
const GRADIENT_SAMPLES = 150;

/** Distinct values, evenly spread over (−1, 1) without 0, in random order. A max has no ties and a ReLU no kink. */
export function distinct(n: number, seed: number): Float32Array {
  const rng = createRng(seed);
  const values = Float32Array.from({ length: n }, (_, i) => ((i + 0.5) / n) * 2 - 1 + 0.1 / n);
  for (let i = n - 1; i > 0; i--) {
    const j = Math.floor(rng.uniform() * (i + 1));
    [values[i], values[j]] = [values[j], values[i]];
  }
  return values;
}

export async function checkOp<I extends string, A>(op: Op<I, A>, reference: Reference<A>, c: OpCase<A>): Promise<void> {
  const ctx = await testContext();
  const tolerance = c.tolerance ?? DEFAULT;
  const names = Object.keys(c.inputs);
  const data: Record<string, Float32Array> = {};
  const tensors: Record<string, RefTensor> = {};
  names.forEach((name, i) => {
    const raw = distinct(sizeOf(c.inputs[name]), (c.seed ?? 1) + i);
    data[name] = c.values?.[name] ? raw.map(c.values[name]) : raw;
    tensors[name] = { shape: c.inputs[name], data: Float64Array.from(data[name]) };
  });

  const tape = createTape();
  const leaves: Record<string, Value> = {};
  const frozen = c.frozen ?? [];
  for (const name of names) {
    leaves[name] = frozen.includes(name)
      ? tape.constant(name, c.inputs[name], data[name])
      : tape.leaf(name, { shape: c.inputs[name], dtype: 'f32' });
  }
  const y = tape.apply<string, A>(op, leaves, c.attrs);
  const wrt = c.wrt ?? names.filter((name) => !frozen.includes(name));
  const seed = tape.leaf('seed', y);
  const gradients =
    wrt.length === 0
      ? []
      : grad(
          tape,
          y,
          wrt.map((name) => leaves[name]),
          { seed },
        );
  const cotangent = distinct(sizeOf(y.shape), 99);
  const results = async (context: Context, choices?: Choices): Promise<Float32Array[]> => {
    using plan = await compile(context, tape, { keep: [y, ...gradients], ...(choices && { choices }) });
    for (const name of names)
      if (!frozen.includes(name) && plan.uses(leaves[name])) plan.write(leaves[name], data[name]);
    if (wrt.length > 0) plan.write(seed, cotangent);
    const readAll = async () => {
      const read: Float32Array[] = [];
      for (const value of [y, ...gradients]) read.push(await plan.read(value));
      return read;
    };
    plan.run();
    const first = await readAll();
    plan.run();
    expectSameBits(op.name, await readAll(), first);
    return first;
  };
  const [forward, ...backward] = await results(ctx);

  const want = reference(tensors, c.attrs);
  expectShapes(y.shape, want.shape, op.name);
  expectClose(`${op.name} forward`, forward, want.data, want.shape, tolerance);

  const loss = (): number => {
    const { data: out } = reference(tensors, c.attrs);
    let sum = 0;
    for (let i = 0; i < out.length; i++) sum += out[i] * cotangent[i];
    return sum;
  };
  const pick = createRng(7);
  for (const [i, name] of wrt.entries()) {
    const input = tensors[name].data;
    const got = backward[i];
    const chance = GRADIENT_SAMPLES / input.length;
    for (let j = 0; j < input.length; j++) {
      if (chance < 1 && pick.uniform() > chance) continue;
      const v = input[j];
      input[j] = v + H;
      const up = loss();
      input[j] = v - H;
      const down = loss();
      input[j] = v;
      const at = formatShape(coordinates(c.inputs[name], j));
      const numeric = (up - down) / (2 * H);
      expectClose(`${op.name} gradient of ${name}${at}`, [got[j]], [numeric], [1], tolerance);
    }
  }

  for (const variant of c.variants ?? []) {
    for (const traits of [{ software: false }, { software: false, subgroupSize: 0 }]) {
      const other = await results(await contextWith(traits), everywhere(variant));
      const what = `${op.name} as '${variant}' with ${JSON.stringify(traits)}`;
      expectClose(`${what}, forward`, other[0], forward, want.shape, tolerance);
      backward.forEach((g, i) => {
        expectClose(`${what}, gradient of ${wrt[i]}`, other[i + 1], g, c.inputs[wrt[i]], tolerance);
      });
    }
  }
}

/** Choices that name `variant` as the fastest for every op that has it. */
export function everywhere(variant: string): Choices {
  const all = new Map<string, readonly VariantTime[]>();
  all.get = () => [{ variant, ms: 0 }];
  return all;
}

/** Two runs of one plan on one device give the same bits: no result depends on the order in which threads happen to run. */
function expectSameBits(name: string, second: readonly Float32Array[], first: readonly Float32Array[]): void {
  first.forEach((values, i) => {
    const [a, b] = [values, second[i]].map(
      ({ buffer, byteOffset, length }) => new Int32Array(buffer, byteOffset, length),
    );
    const at = a.findIndex((bits, j) => bits !== b[j]);
    if (at < 0) return;
    const what = i === 0 ? 'output' : `gradient ${i}`;
    throw new Error(`${name}: two runs differ, ${what} at ${at}: ${values[at]}, then ${second[i][at]}`);
  });
}

function expectShapes(got: Shape, want: Shape, name: string): void {
  if (got.join() !== want.join()) throw new Error(`${name}: inferred shape [${got}], reference gives [${want}]`);
}
