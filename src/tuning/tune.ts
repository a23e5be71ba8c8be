// Which kernel for which shape on this device: every variant of every op of a net is run and timed, and plans made from then
// on use the fastest. Results can be kept (`keptChoices`), so that a device is measured once.
import { grad } from '../autodiff/grad.js';
import type { Shape } from '../core/shape.js';
import type { Context } from '../gpu/context.js';
import type { VariantTime } from '../gpu/kernel.js';
import { choiceKey, variantsOf } from '../graph/choices.js';
import type { Model } from '../graph/model.js';
import { optimize } from '../graph/passes.js';
import { compile } from '../graph/plan.js';
import { createTape, type Node, type Value } from '../graph/tape.js';
import { openNet } from '../scene/openNet.js';
import { outputLayer } from '../scene/outputs.js';

/** What measuring the kernels may be told. */
export interface TuneOptions {
  /** Forward to this layer and back from it; default the net's output. */
  readonly layer?: string;
  /** Images in a batch; default 1. Measurements hold for one batch size. */
  readonly batch?: number;
  /** Measure also what has been measured. */
  readonly again?: boolean;
  readonly signal?: AbortSignal;
  /** Called after each op. */
  readonly onProgress?: (done: number, of: number, tuned: Tuned) => void;
}

/** One op on inputs of one shape. */
export interface Tuned {
  readonly key: string;
  readonly op: string;
  readonly inputs: Readonly<Record<string, Shape>>;
  readonly output: Shape;
  /** How often the net has it. */
  readonly count: number;
  /** The fastest first. */
  readonly times: readonly VariantTime[];
  /** What is taken where nothing was measured. */
  readonly asRule: string;
}

/**
 * Measures the variants of all ops that `model` needs forward and back to its input, into `ctx.choices`.
 *
 * @throws UnknownNameError, GpuError, DeviceLostError
 */
export async function tune(ctx: Context, model: Model, options: TuneOptions = {}): Promise<Tuned[]> {
  const { layer = outputLayer(model), batch = model.input.shape[0], again = false, signal, onProgress } = options;
  const { tape, image, at } = openNet(model, { batch, open: true });
  const y = at(layer);
  const [gradient] = grad(tape, y, [image], { seed: tape.leaf('seed', y) });
  const program = optimize(tape, [y, gradient], ctx.traits);
  const nodes = new Map<string, Node[]>();
  for (const node of program.tape.nodes) {
    if (variantsOf(node, ctx.traits).length < 2) continue;
    const key = choiceKey(node);
    nodes.set(key, [...(nodes.get(key) ?? []), node]);
  }
  const all: Tuned[] = [];
  for (const [key, same] of nodes) {
    const [node] = same;
    const known = again ? undefined : ctx.choices.get(key);
    const times = known ?? (await measureVariants(ctx, node, signal));
    ctx.choices.set(key, times);
    const tuned: Tuned = {
      key,
      op: node.op.name,
      inputs: Object.fromEntries(Object.entries(node.inputs).map(([name, v]) => [name, v.shape])),
      output: node.output.shape,
      count: same.length,
      times,
      asRule: variantsOf(node, ctx.traits)[0],
    };
    all.push(tuned);
    onProgress?.(all.length, nodes.size, tuned);
  }
  return all;
}

async function measureVariants(ctx: Context, node: Node, signal?: AbortSignal): Promise<VariantTime[]> {
  const times: VariantTime[] = [];
  for (const variant of variantsOf(node, ctx.traits)) {
    signal?.throwIfAborted();
    times.push({ variant, ms: await measure(ctx, node, variant) });
  }
  return times.sort((a, b) => a.ms - b.ms);
}

/** A submit is long enough to be timed when it takes this many milliseconds. */
const LONG_ENOUGH = 10;
const ROUNDS = 3;

/**
 * Milliseconds of one node done one way: many in one submit, by the clock. Browsers round timestamp queries to 0.1 ms, which
 * is more than most layers take on a GPU.
 */
async function measure(ctx: Context, { op, inputs, attrs, output }: Node, variant: string): Promise<number> {
  const tape = createTape();
  const leaves = Object.fromEntries(
    Object.entries(inputs).map(([name, { shape, dtype }]): [string, Value] => [
      name,
      tape.leaf(name, { shape, dtype }),
    ]),
  );
  const y = tape.apply(op, leaves, attrs);
  const choices = new Map([[choiceKey({ op, inputs, attrs, output }), [{ variant, ms: 0 }]]]);
  using plan = await compile(ctx, tape, { keep: [y], choices });
  const time = async (steps: number): Promise<number> => {
    const start = performance.now();
    plan.run({ steps });
    await ctx.alive(ctx.device.queue.onSubmittedWorkDone());
    return performance.now() - start;
  };
  await time(1);
  let steps = 1;
  let once = await time(steps);
  while (once < LONG_ENOUGH && steps < 1024) {
    steps *= once > LONG_ENOUGH / 8 ? 2 : 8;
    once = await time(steps);
  }
  let best = once;
  for (let round = 1; round < ROUNDS; round++) best = Math.min(best, await time(steps));
  return best / steps;
}
