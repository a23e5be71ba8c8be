// The training loop. Each step is a function of the seed and its number, so a stopped run resumes bit for bit.
import { ModelFileError, NotFiniteError, OptionError } from '../src/core/errors.js';
import { u32 } from '../src/core/shape.js';
import type { Context } from '../src/gpu/context.js';
import type { Model } from '../src/graph/model.js';
import { compile, type Plan } from '../src/graph/plan.js';
import { createTape, type Tape, type Value, variadic } from '../src/graph/tape.js';
import { count } from '../src/kernels/ascent/index.js';
import { op as concat } from '../src/kernels/concat/index.js';
import type { Descent } from '../src/optim/descend.js';
import type { RateSchedule } from '../src/optim/schedule.js';
import { loadCheckpoint, type Measured, saveCheckpoint } from './checkpoint.js';
import { type Net, readWeights, writeWeights } from './net.js';

/** What a task puts on the tape. */
export interface Built {
  /** The nets that are trained. */
  readonly nets: readonly Net[];
  readonly descents: readonly { readonly descent: Descent; readonly rate: RateSchedule }[];
  /** Values `[1]` that are recorded at every step. One of them must be `loss`. */
  readonly metrics: Readonly<Record<string, Value>>;
  /** Writes the batch of step `i`. */
  feed(plan: Plan, i: number): void;
}

export interface Task {
  readonly name: string;
  /** Everything that the result depends on, as text. A checkpoint of another recipe is refused. */
  readonly recipe: Readonly<Record<string, unknown>>;
  readonly steps: number;
  build(tape: Tape, step: Value): Built;
  /** Measures the current nets on held-out images. */
  evaluate?(ctx: Context, models: readonly Model[]): Promise<Readonly<Record<string, number>>>;
  /** Steps between evaluations. */
  readonly evaluateEvery?: number;
}

export interface RunOptions {
  /** Where to store the run; absent: nowhere. */
  readonly checkpoint?: string;
  /** Seconds between checkpoints; default 120. */
  readonly checkpointSeconds?: number;
  /** Stops after the current steps and saves them. */
  readonly signal?: AbortSignal;
  /** Stop here, although the learning rate schedule continues to the task's own end. */
  readonly until?: number;
  /** A clock in milliseconds with any origin, to measure the time of the run. */
  readonly clock?: () => number;
}

export interface Progress {
  readonly step: number;
  readonly steps: number;
  /** Training time so far, including earlier sessions. */
  readonly seconds: number;
  readonly history: readonly Measured[];
  /** The metrics of every step since the last report. */
  readonly rows: readonly Readonly<Record<string, number>>[];
}

export interface Result {
  readonly step: number;
  readonly seconds: number;
  readonly history: readonly Measured[];
  readonly models: readonly Model[];
}

/** Steps per report. Their metrics are read together. */
const CHUNK = 20;
/** Steps in progress at once: enough to keep the device busy, few enough to limit the memory of their batches. */
const AHEAD = 2;
/**
 * Trains, one report every 20 steps.
 *
 * @throws NotFiniteError if the loss is not finite; earlier checkpoints stay
 */
export async function* train(ctx: Context, task: Task, options: RunOptions = {}): AsyncGenerator<Progress, Result> {
  const { checkpoint, checkpointSeconds = 120, signal, until = task.steps, clock = () => performance.now() } = options;
  const recipe = JSON.stringify(task.recipe);
  const tape = createTape();
  const stepLeaf = tape.leaf('step', u32(1));
  tape.assign(stepLeaf, tape.apply(count, { x: stepLeaf }, {}));
  const { nets, descents, metrics, feed } = task.build(tape, stepLeaf);
  const names = Object.keys(metrics);
  if (!names.includes('loss')) throw new OptionError('metrics', `need a 'loss', got ${names.join(', ')}`);
  const row = tape.apply(concat, variadic(Object.values(metrics)), { axis: 0 });
  const log = tape.log('metrics', row, CHUNK);
  const state = [...nets.flatMap((n) => [...n.weights.values()]), ...descents.flatMap((d) => d.descent.slots)];
  using plan = await compile(ctx, tape, signal ? { signal } : {});

  for (const net of nets) writeWeights(plan, net);
  const saved = checkpoint === undefined ? undefined : await loadCheckpoint(checkpoint, recipe);
  for (const leaf of saved ? state : []) {
    const data = saved?.state.get(leaf.label);
    if (!data) throw new ModelFileError(checkpoint ?? '', `has no '${leaf.label}'; start with --fresh`);
    plan.write(leaf, data);
  }
  let step = saved?.step ?? 0;
  let seconds = saved?.seconds ?? 0;
  let history: Measured[] = [...(saved?.history ?? [])];
  plan.write(stepLeaf, Uint32Array.of(step));

  const save = async () => {
    if (checkpoint !== undefined) await saveCheckpoint(checkpoint, plan, state, { step, seconds, history, recipe });
  };
  const models = () => Promise.all(nets.map((net) => readWeights(plan, net)));
  let savedAt = clock();
  while (step < until && !signal?.aborted) {
    const began = clock();
    const chunk = Math.min(CHUNK, until - step);
    plan.rewind();
    for (let i = 0; i < chunk; i++) {
      feed(plan, step + i);
      for (const { descent, rate } of descents) descent.set(plan, rate(step + i));
      plan.run();
      if (i % AHEAD === AHEAD - 1) await plan.finished();
    }
    await plan.finished();
    const numbers = await plan.read(log);
    const rows = Array.from({ length: chunk }, (_, i) =>
      Object.fromEntries(names.map((name, j) => [name, numbers[i * names.length + j]])),
    );
    rows.forEach(({ loss }, i) => {
      if (!Number.isFinite(loss)) {
        throw new NotFiniteError(
          `${task.name}: the loss of step ${step + i} is ${loss}. Lower the learning rate; the last checkpoint is as it was.`,
        );
      }
    });
    step += chunk;
    seconds += (clock() - began) / 1000;
    const means = names.map((name) => [name, rows.reduce((sum, r) => sum + r[name], 0) / chunk] as const);
    const every = task.evaluateEvery ?? Number.POSITIVE_INFINITY;
    const due = task.evaluate && (Math.floor(step / every) > Math.floor((step - chunk) / every) || step === task.steps);
    const heldOut = due ? await task.evaluate?.(ctx, await models()) : {};
    history = [...history, { step, values: { ...Object.fromEntries(means), ...heldOut } }];
    yield { step, steps: task.steps, seconds, history, rows };
    if (clock() - savedAt > checkpointSeconds * 1000) {
      await save();
      savedAt = clock();
    }
  }
  await save();
  return { step, seconds, history, models: await models() };
}
