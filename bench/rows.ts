// `node bench/run.mjs bench/rows.ts [adapter]`: measures ops that combine the numbers of rows (sums, maxima, percentiles,
// normalizations) with each way to share rows among threads (src/gpu/rows.ts). Prints a table. Bold is the default way.
import { createRng } from '../src/core/rng.js';
import { f32, type Shape, sizeOf } from '../src/core/shape.js';
import type { Context } from '../src/gpu/context.js';
import type { VariantTime } from '../src/gpu/kernel.js';
import { WAYS } from '../src/gpu/rows.js';
import { variantsOf } from '../src/graph/choices.js';
import { compile } from '../src/graph/plan.js';
import { createTape, type Tape, type Value } from '../src/graph/tape.js';
import { argMaxRows } from '../src/kernels/argMax/rows.js';
import { op as avgPool } from '../src/kernels/avgPool/index.js';
import { op as biasGrad } from '../src/kernels/biasGrad/index.js';
import { op as channelMax } from '../src/kernels/channelMax/index.js';
import { normalizeParts } from '../src/kernels/normalize/index.js';
import { op as percentile, percentileRank } from '../src/kernels/percentile/index.js';
import { sumRows } from '../src/kernels/reduction/rows.js';
import { op as softmax } from '../src/kernels/softmax/index.js';
import { openNodeContext } from '../src/node/context.js';

const ROUNDS = 8;
/** Runs per submit. A single run would mostly measure the submit. */
const RUNS = 4;

const median = (t: Tape, x: Value) =>
  t.apply(percentile, { x }, { ...percentileRank(50, sizeOf(x.shape) / x.shape[0]), active: 1 });
const squares = (t: Tape, x: Value) => t.apply(sumRows, { a: x, b: x }, { kind: 'squares' });
const overChannels = (t: Tape, x: Value) => t.apply(softmax, { x }, { from: 1, to: 2 });
const maxima = (t: Tape, x: Value) => t.apply(channelMax, { x }, {});
const perChannel = (t: Tape, dy: Value) => t.apply(biasGrad, { dy }, {});
const wholeMaps = (t: Tape, x: Value) => {
  const window = { kernel: [1, 1], stride: [1, 1], pad: [0, 0, 0, 0], rounding: 'floor', global: true } as const;
  return t.apply(avgPool, { x }, { ...window, divisor: 'valid' });
};

const CASES: readonly (readonly [title: string, shape: Shape, make: (t: Tape, x: Value) => Value])[] = [
  ['median of images', [9, 3, 227, 227], median],
  ['median', [1, 1000], median],
  ['squares of images', [9, 3, 227, 227], squares],
  ['squares of maps', [4096, 196], squares],
  ['index of the maximum', [9, 1000], (t, x) => t.apply(argMaxRows, { x }, {})],
  ['softmax', [1, 1000], overChannels],
  ['softmax of pixels', [1, 21, 250, 250], overChannels],
  ['maxima of channels', [1, 96, 55, 55], maxima],
  ['maxima of channels', [1, 256, 13, 13], maxima],
  ['gradient of a bias', [64, 96, 27, 27], perChannel],
  ['gradient of a bias', [64, 1000], perChannel],
  ['average of maps', [1, 1024, 7, 7], wholeMaps],
  ['instance normalization', [64, 112 * 112], (t, x) => normalizeParts(t, x, 64, { kind: 'standard', eps: 1e-5 })],
  ['L2 of pixels', [3136, 512], (t, x) => normalizeParts(t, x, 3136, { kind: 'l2', eps: 1e-5 })],
];

export async function main([adapter = 'auto']: string[]): Promise<void> {
  using ctx = await openNodeContext({ adapter });
  const lines = [`| ${ctx.adapterName}, ms | shape | ${WAYS.join(' | ')} |`, `|---|---|${'---:|'.repeat(WAYS.length)}`];
  for (const [title, shape, make] of CASES) {
    const tape = createTape();
    make(tape, tape.leaf('x', f32(...shape)));
    const offered = tape.nodes.map((node) => variantsOf(node, ctx.traits)).find((ways) => ways.length > 0) ?? [];
    const times = new Map<string, number>();
    for (const way of offered) times.set(way, await timeOf(ctx, shape, make, way));
    const cells = WAYS.map((way) => {
      const ms = times.get(way)?.toFixed(2);
      return ms === undefined ? '–' : way === offered[0] ? `**${ms}**` : ms;
    });
    lines.push(`| ${title} | ${shape.join('×')} | ${cells.join(' | ')} |`);
    console.error(lines.at(-1));
  }
  console.log(lines.join('\n'));
}

/** Milliseconds of a run, the minimum of several. */
async function timeOf(
  ctx: Context,
  shape: Shape,
  make: (t: Tape, x: Value) => Value,
  variant: string,
): Promise<number> {
  const tape = createTape();
  const x = tape.leaf('x', f32(...shape));
  const y = make(tape, x);
  const choices = new Map<string, readonly VariantTime[]>();
  choices.get = () => [{ variant, ms: 0 }];
  using plan = await compile(ctx, tape, { keep: [y], choices });
  const rng = createRng(1);
  plan.write(
    x,
    Float32Array.from({ length: sizeOf(shape) }, () => rng.normal()),
  );
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round <= ROUNDS; round++) {
    const start = performance.now();
    for (let run = 0; run < RUNS; run++) plan.run();
    await plan.finished();
    // The first round includes first-use costs, so it does not count.
    if (round > 0) least = Math.min(least, (performance.now() - start) / RUNS);
  }
  return least;
}
