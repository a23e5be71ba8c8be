// Measures one case with all contenders: prepares them, compares their results, then runs them in alternation. The same code
// runs in Node and in a page.

import { weightsAsF32 } from '../src/graph/model.js';
import type { Case, LazyCase } from './cases.js';
import { type Contender, firstKernel, type Prepared, type Task } from './contenders/contender.js';
import { trackMemory } from './memory.js';
import type { Limits } from './roofline.js';

export interface Timing {
  /** Milliseconds. */
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly runs: number;
}

export interface Entry {
  readonly contender: string;
  /** Time until the first result: preparing, compiling, uploading, running once. */
  readonly cold: number;
  /** Absent if the result is wrong. */
  readonly timing?: Timing;
  /** Relative L2 distance to the accepted result (see `agreement`). */
  readonly error: number;
  readonly right: boolean;
  /** Time of the thread to encode and submit one run, if the contender tells it. */
  readonly encode?: Encoding;
  /** Peak bytes of GPU buffers, from the start of the preparation to the end of the first run. */
  readonly peakBytes: number;
}

/** Milliseconds, the minimum of several runs. */
export interface Encoding {
  readonly whole: number;
  /** The same with empty functions in place of WebGPU calls, which take most of the time in this process. */
  readonly script: number;
}

export interface CaseResult extends Omit<Case, 'task'> {
  readonly entries: readonly Entry[];
  /** Contenders that failed, with the message. Those that cannot do the task are left out. */
  readonly failures: readonly { readonly contender: string; readonly message: string }[];
  /** Operations or bytes per second of the limit of this case, measured in alternation with the contenders: the median. */
  readonly limitPerSecond: number;
  /** False if no two contenders agree. Then nothing about the case is reliable. */
  readonly confirmed: boolean;
}

export interface MeasureOptions {
  /** The maximum number of rounds, and the seconds after which no new round starts. */
  readonly rounds: number;
  readonly seconds: number;
  readonly yardsticks: Limits['yardsticks'];
  log(line: string): void;
}

/**
 * Two results agree within this relative L2 distance. f32 sums of thousands of products differ by less than 1e-5. But the
 * gradient of a whole net passes through poolings and ReLUs. If two maxima or a sum and zero are equal except for rounding,
 * either branch may be taken: one such window of CaffeNet's pool5 changes its gradient by 2 %. Rejecting a correct contender
 * for that would favour this library.
 */
const AGREE = {
  forward: 1e-3,
  backward: 1e-3,
  step: 3e-2,
  fourier: 3e-2,
  train: 3e-2,
  blur: 1e-3,
  percentile: 1e-3,
} as const;

export async function measure(
  lazy: LazyCase,
  contenders: readonly Contender[],
  { rounds, seconds, yardsticks, log }: MeasureOptions,
): Promise<CaseResult> {
  const { task, ...described } = lazy.make();
  const ready: { contender: Contender; prepared: Prepared; result: Float32Array; cold: number; peakBytes: number }[] =
    [];
  const failures: { contender: string; message: string }[] = [];
  const fail = ({ name }: Contender, error: unknown) => {
    const message = error instanceof Error ? error.message : String(error);
    failures.push({ contender: name, message });
    log(`  ${name} failed: ${message.slice(0, 200)}`);
  };
  for (const contender of contenders) {
    const memory = trackMemory();
    const start = performance.now();
    try {
      const prepared = await contender.prepare(task);
      if (!prepared) continue;
      const result = await prepared.run();
      const own = prepared.took?.();
      const cold = own ? own.prepare + own.run : performance.now() - start;
      ready.push({ contender, prepared, result, cold, peakBytes: memory.peak() });
    } catch (error) {
      fail(contender, error);
    }
  }
  // The result of a step is an updated image or kernel. What can be wrong is the difference.
  const moved = movedBy(task);
  const compared = ready.map(({ result }) => (moved ? result.map((v, i) => v - moved[i]) : result));
  const limit = AGREE[task.kind];
  const { reference, confirmed } = agreement(
    compared,
    limit,
    ready.map(({ contender }) => contender.kin ?? contender.name),
  );

  const times = ready.map((): number[] => []);
  const yardstick = yardsticks[described.limit];
  const limitTimes: number[] = [];
  const failed = new Set<number>();
  const began = performance.now();
  const right = compared.map((r) => distance(r, compared[reference]) <= limit);
  for (let round = 0; round < rounds; round++) {
    if (round >= 3 && performance.now() - began > seconds * 1000) break;
    for (const [i, { contender, prepared }] of ready.entries()) {
      // One run of many seconds is as reliable as five.
      const slow = times[i].length > 0 && Math.min(...times[i]) * rounds > seconds * 1000;
      if (!right[i] || failed.has(i) || (slow && times[i].length >= 2)) continue;
      const start = performance.now();
      try {
        await prepared.run();
        times[i].push(prepared.took?.().run ?? performance.now() - start);
      } catch (error) {
        failed.add(i);
        fail(contender, error);
      }
    }
    const start = performance.now();
    await yardstick.run();
    limitTimes.push(performance.now() - start);
  }
  const encode = ready.map(({ prepared }) => encodeTime(prepared));
  // These runs were not awaited above, so the device still has to finish them.
  for (const { prepared } of ready) if (prepared.encode) await prepared.run();
  for (const { prepared } of ready) prepared.dispose();
  const entries = ready.map(({ contender, cold, peakBytes }, i): Entry => {
    const timing = times[i].length > 0 ? { timing: summarize(times[i]) } : {};
    return {
      contender: contender.name,
      cold,
      peakBytes,
      error: distance(compared[i], compared[reference]),
      right: right[i],
      ...timing,
      ...(encode[i] !== undefined && { encode: encode[i] }),
    };
  });
  const cells = entries.map((e) => {
    const ms = e.timing
      ? `${e.timing.median.toFixed(1)} ms [${e.timing.min.toFixed(1)}–${e.timing.max.toFixed(1)}]`
      : '–';
    return `${e.contender} ${ms}${e.right ? '' : ` WRONG by ${e.error.toExponential(1)}`}`;
  });
  log(`${described.title}: ${cells.join(', ')}${confirmed ? '' : ' (unconfirmed)'}`);
  const limitPerSecond = (yardstick.work / summarize(limitTimes).median) * 1000;
  return { ...described, entries, failures, limitPerSecond, confirmed };
}

/** The previous value of a task's result, if the task updates it. */
function movedBy(task: Task): Float32Array | undefined {
  if (task.kind === 'step' || task.kind === 'fourier') return task.input;
  if (task.kind !== 'train') return undefined;
  const kernel = task.model.weights.get(firstKernel(task));
  return kernel && weightsAsF32(kernel);
}

function encodeTime({ encode }: Prepared): Encoding | undefined {
  if (!encode) return undefined;
  const least = () => {
    let ms = Number.POSITIVE_INFINITY;
    for (let i = 0; i < 5; i++) {
      const start = performance.now();
      encode();
      ms = Math.min(ms, performance.now() - start);
    }
    return ms;
  };
  const whole = least();
  const pass = GPUComputePassEncoder.prototype;
  const { setPipeline, setBindGroup, dispatchWorkgroups } = pass;
  try {
    Object.assign(pass, { setPipeline() {}, setBindGroup() {}, dispatchWorkgroups() {} });
    return { whole, script: least() };
  } finally {
    Object.assign(pass, { setPipeline, setBindGroup, dispatchWorkgroups });
  }
}

/** The result that most other implementations agree with. It is confirmed if at least one agrees. */
function agreement(
  results: readonly Float32Array[],
  limit: number,
  kin: readonly string[],
): { reference: number; confirmed: boolean } {
  let reference = 0;
  let most = 0;
  results.forEach((a, i) => {
    const friends = new Set(kin.filter((k, j) => k !== kin[i] && distance(a, results[j]) <= limit));
    if (friends.size > most) {
      most = friends.size;
      reference = i;
    }
  });
  return { reference, confirmed: most > 0 };
}

/** ‖a − b‖ / ‖b‖; infinite if sizes differ or anything is not finite. */
function distance(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  let difference = 0;
  let norm = 0;
  for (let i = 0; i < a.length; i++) {
    difference += (a[i] - b[i]) ** 2;
    norm += b[i] ** 2;
  }
  const ratio = Math.sqrt(difference / norm);
  return Number.isFinite(ratio) ? ratio : Number.POSITIVE_INFINITY;
}

function summarize(times: readonly number[]): Timing {
  const sorted = [...times].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  const median = sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
  return { median, min: sorted[0], max: sorted[sorted.length - 1], runs: sorted.length };
}
