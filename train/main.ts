// `npm run train -- NAME`: trains one of the built-in nets and writes its weights, card and curves.
import { mkdir, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { SingleBar } from 'cli-progress';
import { Command } from 'commander';
import { ConvscopeError, OptionError, UnknownNameError } from '../src/core/errors.js';
import { openNodeContext } from '../src/node/context.js';
import { writeCard } from './card.js';
import { runPath } from './checkpoint.js';
import { writeCurves } from './plots.js';
import { DATA, MEASURED_AGAIN, recipes } from './recipes.js';
import { type Progress, type Result, train } from './run.js';
import { storeModel } from './store.js';

const ROOT = resolve(import.meta.dirname, '..');

interface Options {
  readonly adapter: string;
  readonly out: string;
  readonly checkpoints: string;
  readonly fresh?: boolean;
  readonly until?: string;
}

export async function main(args: readonly string[]): Promise<void> {
  const program = new Command('train')
    .description(`Trains an embedded net: ${Object.keys(recipes).join(', ')}.`)
    .argument('<name>', 'which net')
    .option('--adapter <name>', 'auto, software, or part of an adapter’s name', 'auto')
    .option('--out <folder>', 'where weights, card and curves go', join(ROOT, 'models'))
    .option('--checkpoints <folder>', 'where runs are kept; one that was stopped goes on', join(ROOT, '.cache/train'))
    .option('--fresh', 'start anew though there is a checkpoint')
    .option('--until <step>', 'stop after this step and keep the run, without writing weights')
    .action(run);
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof ConvscopeError) && !(error instanceof DOMException && error.name === 'AbortError'))
      throw error;
    console.error(error.message);
    process.exitCode = error instanceof ConvscopeError ? 1 : INTERRUPTED;
  }
}

const INTERRUPTED = 130;

async function run(name: string, options: Options): Promise<void> {
  if (!Object.hasOwn(recipes, name)) throw new UnknownNameError('net', name, Object.keys(recipes));
  const recipe = recipes[name];
  const until = options.until === undefined ? undefined : Number(options.until);
  if (until !== undefined && !(Number.isInteger(until) && until > 0)) {
    throw new OptionError('--until', `must be a whole number above 0, got '${options.until}'`);
  }
  const interrupt = new AbortController();
  process.once('SIGINT', () => interrupt.abort());
  process.once('SIGTERM', () => interrupt.abort());
  const { signal } = interrupt;

  using ctx = await openNodeContext({ adapter: options.adapter });
  console.log(`${name} on ${ctx.adapterName}`);
  const models = options.out;
  const { checkpoints: runs } = options;
  const task = await recipe.task({ ctx, models, runs, signal, onProgress: (text) => console.log(text) });
  const checkpoint = runPath(runs, name);
  await mkdir(dirname(checkpoint), { recursive: true });
  if (options.fresh) await rm(checkpoint, { force: true });

  const show = reporter(task.steps);
  const loop = train(ctx, task, { checkpoint, signal, ...(until !== undefined && { until }) });
  let result: Result;
  for (;;) {
    const next = await loop.next();
    if (next.done) {
      result = next.value;
      break;
    }
    show(next.value);
  }
  await mkdir(join(models, 'curves'), { recursive: true });
  await writeCurves(join(models, 'curves', name), `${name}, ${ctx.adapterName}`, result.history);
  if (result.step < task.steps) {
    console.log(`stopped at step ${result.step} of ${task.steps}; the same command goes on from there`);
    process.exitCode = signal.aborted ? INTERRUPTED : 0;
    return;
  }
  const place = { ctx, models };
  const stored = await storeModel(models, result.models[0], recipe.about);
  const figures = await recipe.figures(stored, place);
  const first = await recipe.figures(stored, place, MEASURED_AGAIN);
  const slowFigures = (await recipe.slowFigures?.(stored, place)) ?? {};
  const more = await recipe.more(stored, place);
  const adapter = ctx.adapterName;
  const { about } = recipe;
  await writeCard(models, { name, about, task, result, adapter, data: DATA, figures, first, slowFigures, more });
  console.log(
    `wrote ${join(models, name)}.safetensors and its card: ${JSON.stringify({ ...figures, ...slowFigures })}`,
  );
}

/** A line that is redrawn in a terminal; elsewhere one line per minute. */
function reporter(steps: number): (progress: Progress) => void {
  const text = ({ history, seconds, step }: Progress): string => {
    const seen = Object.entries(history[history.length - 1].values);
    const perStep = seconds / step;
    const left = duration((steps - step) * perStep);
    return `${seen.map(([key, value]) => `${key} ${value.toPrecision(4)}`).join('  ')}  ${(1 / perStep).toFixed(2)} steps/s  ${left} left`;
  };
  if (process.stderr.isTTY) {
    const bar = new SingleBar({ format: '{bar} {value}/{total}  {text}', stream: process.stderr, hideCursor: true });
    bar.start(steps, 0, { text: '' });
    return (progress) => {
      bar.update(progress.step, { text: text(progress) });
      if (progress.step >= steps) bar.stop();
    };
  }
  let printed = Number.NEGATIVE_INFINITY;
  return (progress) => {
    if (progress.seconds - printed < 60 && progress.step < steps) return;
    printed = progress.seconds;
    console.log(`${progress.step}/${steps}  ${text(progress)}`);
  };
}

/** `1 h 05 min` or `3 min 10 s`. */
export function duration(seconds: number): string {
  const s = Math.round(seconds);
  const pad = (v: number) => String(v).padStart(2, '0');
  if (s >= 3600) return `${Math.floor(s / 3600)} h ${pad(Math.floor((s % 3600) / 60))} min`;
  return `${Math.floor(s / 60)} min ${pad(s % 60)} s`;
}
