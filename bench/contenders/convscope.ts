// This library: a tape compiled into a plan.

import manifest from '../../package.json' with { type: 'json' };
import { grad } from '../../src/autodiff/grad.js';
import { dispose } from '../../src/core/dispose.js';
import { f32, sizeBetween, u32 } from '../../src/core/shape.js';
import type { Context } from '../../src/gpu/context.js';
import { compile, type Plan } from '../../src/graph/plan.js';
import { createTape, type Value } from '../../src/graph/tape.js';
import { op as add } from '../../src/kernels/add/index.js';
import { op as blur, gaussianTaps } from '../../src/kernels/blur/index.js';
import { op as percentile, percentileRank } from '../../src/kernels/percentile/index.js';
import { op as scale } from '../../src/kernels/scale/index.js';
import { fourier } from '../../src/params/fourier.js';
import { openNet } from '../../src/scene/openNet.js';
import { unitOf } from '../../src/scene/unit.js';
import { createStage } from '../../src/synthesize/stage.js';
import { netOn, traceNet, writeWeights } from '../../train/net.js';
import { type Contender, firstKernel, inputShape, type Prepared, type Task } from './contender.js';

/** A prepared task with access to its plan. */
export interface PreparedPlan extends Prepared {
  readonly plan: Plan;
}

/** The contender on an open context. */
export function convscope(ctx: Context): Contender & { prepare(task: Task): Promise<PreparedPlan> } {
  return {
    name: 'convscope',
    version: manifest.version,
    async prepare(task) {
      if (task.kind === 'train') return prepareTraining(ctx, task);
      if (task.kind === 'blur' || task.kind === 'percentile') return prepareFilter(ctx, task);
      const shown = task.kind === 'fourier' ? fourierImage(task) : undefined;
      const { tape, image, at } = openNet(task.model, { batch: task.batch, ...shown?.scene });
      const x = shown?.spectrum ?? image;
      const y = at(task.layer);
      let result: Value = y;
      let seed: Value | undefined;
      if (task.kind === 'backward') {
        seed = tape.leaf('cotangent', y);
        [result] = grad(tape, y, [x], { seed });
      } else if (task.kind === 'step' || task.kind === 'fourier') {
        const [, , H = 1, W = 1] = y.shape;
        const at = [Math.floor(task.unit / W) % H, task.unit % W] as const;
        const channel = Math.floor(task.unit / (H * W));
        const unit = unitOf(tape, y, { channel, at, index: task.unit });
        const one = tape.constant('one', [task.batch], new Float32Array(task.batch).fill(1));
        const [g] = grad(tape, unit, [x], { seed: one });
        result = tape.apply(add, { a: x, b: tape.apply(scale, { x: g }, { factor: task.rate, shift: 0 }) }, {});
        tape.assign(x, result);
      }
      const plan = await compile(ctx, tape, { keep: result === y || seed ? [result] : [] });
      // The gradient of a convolution does not depend on its input.
      if (plan.uses(x)) plan.write(x, task.input);
      if (seed) plan.write(seed, task.cotangent);
      return preparedPlan(plan, result === y || seed ? result : x);
    },
  };
}

/** The image of a spectrum, on a tape of its own. */
function fourierImage({ model, batch }: Task) {
  const tape = createTape();
  const stage = createStage(tape, model, batch, undefined, {});
  const { image: imageOf, variables } = fourier.make({});
  const [{ label, shape }] = variables([batch, ...stage.space.shape], stage.space);
  const spectrum = tape.leaf(label, f32(...shape));
  const { scale: factor } = model.preprocessing;
  if (typeof factor !== 'number') throw new Error('this case needs one scale');
  const image = tape.apply(scale, { x: imageOf(stage, [spectrum], stage.mean) }, { factor, shift: 0 });
  return { spectrum, scene: { tape, image } };
}

function preparedPlan(plan: Plan, result: Value): PreparedPlan {
  return {
    plan,
    run() {
      plan.run();
      return plan.read(result);
    },
    encode: () => plan.run(),
    dispose: () => plan[dispose](),
  };
}

async function prepareTraining(ctx: Context, task: Task): Promise<PreparedPlan> {
  const tape = createTape();
  const x = tape.leaf('image', f32(...inputShape(task)));
  const net = netOn(tape, task.model);
  const y = traceNet(tape, net, x)(task.layer);
  const seed = tape.leaf('cotangent', y);
  const weights = [...net.weights.values()];
  const gradients = grad(tape, y, weights, { seed });
  for (const [i, w] of weights.entries()) {
    const change = tape.apply(scale, { x: gradients[i] }, { factor: -task.rate, shift: 0 });
    tape.assign(w, tape.apply(add, { a: w, b: change }, {}));
  }
  const plan = await compile(ctx, tape);
  plan.write(x, task.input);
  plan.write(seed, task.cotangent);
  writeWeights(plan, net);
  const first = net.weights.get(firstKernel(task));
  if (!first) throw new Error('the first kernel is no leaf');
  return preparedPlan(plan, first);
}

/** Only the regularizer's work on the image, without the rest of the step. */
async function prepareFilter(ctx: Context, task: Task): Promise<PreparedPlan> {
  const { amount = 0, kind } = task;
  const tape = createTape();
  const x = tape.leaf('image', f32(...inputShape(task)));
  let y: Value;
  if (kind === 'blur') {
    const { radius, taps } = gaussianTaps(amount);
    const every = { taps: tape.constant('taps', [taps.length], taps), step: tape.leaf('step', u32(1)) };
    y = tape.apply(blur, { x, ...every }, { radius, every: 1 });
  } else {
    y = tape.apply(percentile, { x }, { ...percentileRank(amount, sizeBetween(x.shape, 1)), active: 1 });
  }
  const plan = await compile(ctx, tape, { keep: [y] });
  plan.write(x, task.input);
  const prepared = preparedPlan(plan, y);
  if (kind === 'blur') return prepared;
  // The kernel returns each image's percentile together with the element to compare pixels with.
  return { ...prepared, run: async () => (await prepared.run()).filter((_, i) => i % 2 === 0) };
}
