// The image that variables make, where they are not the image themselves: at the start, before any step has made it, and after an
// update, which a step only does once it has used the image.
import { dispose } from '../core/dispose.js';
import { f32, type Shape, sizeOf } from '../core/shape.js';
import type { Context } from '../gpu/context.js';
import type { Model } from '../graph/model.js';
import { compile, type Plan } from '../graph/plan.js';
import { createTape, type Value } from '../graph/tape.js';
import type { Given } from '../scene/space.js';
import { createStage } from './stage.js';
import type { Step } from './step.js';
import type { Resolved } from './study.js';

export interface Look extends Disposable {
  /** Makes the image of a run's variables as they are now. Waits for nothing and reads nothing back. */
  update(run: Plan, step: Step): void;
  /** Copies the image to a leaf of the run. */
  copyTo(run: Plan, leaf: Value): void;
  readonly buffer: GPUBuffer;
  read(): Promise<Float32Array>;
}

/** Compiles a parameterization by itself, for images `shape` `[N, C, H, W]`. */
export async function createLook(
  ctx: Context,
  model: Model,
  { params, canvas }: Resolved,
  shape: Shape,
  given: Given,
  signal?: AbortSignal,
): Promise<Look> {
  const tape = createTape();
  const stage = createStage(tape, model, shape[0], canvas, given);
  const variables = params.variables(shape, stage.space).map(({ label, shape: own }) => tape.leaf(label, f32(...own)));
  const { step, seeds } = stage;
  const image = params.image(stage, variables, stage.mean);
  const plan = await compile(ctx, tape, { keep: [image], ...(signal && { signal }) });
  const buffer = plan.buffer(image);
  // A value's buffer may be larger than the value.
  const copy = (value: Value, from: GPUBuffer, to: GPUBuffer): void => {
    const encoder = ctx.device.createCommandEncoder();
    encoder.copyBufferToBuffer(from, 0, to, 0, sizeOf(value.shape) * 4);
    ctx.device.queue.submit([encoder.finish()]);
  };
  return {
    buffer,
    update(run, of) {
      const pairs: readonly (readonly [Value, Value])[] = [
        ...variables.map((variable, i) => [of.variables[i], variable] as const),
        [of.step, step],
        [of.seeds, seeds],
      ];
      for (const [from, to] of pairs) if (plan.uses(to) && run.uses(from)) copy(to, run.buffer(from), plan.buffer(to));
      plan.run();
    },
    copyTo: (run, leaf) => copy(image, buffer, run.buffer(leaf)),
    read: () => plan.read(image),
    [dispose]: () => plan[dispose](),
  };
}
