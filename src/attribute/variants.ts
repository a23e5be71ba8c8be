// Many variants of some pictures through one plan: what methods need that ask a net about noise, masks, or steps on a path.
import { sizeOf } from '../core/shape.js';
import { compile } from '../graph/plan.js';
import type { Value } from '../graph/tape.js';
import type { Question } from '../parts/kinds.js';
import { openNet, type Scene } from '../scene/openNet.js';

/** What is run, and what becomes of it. */
export interface Variants {
  readonly count: number;
  /** What is wanted of each variant: values with a row for each picture of the scene. */
  values(scene: Scene): readonly Value[];
  /** Writes variant `i`, `[C, H, W]` in the net's input layout. Called for each variant once, in order. */
  make(i: number, into: Float32Array): void;
  /** Takes variant `i`'s row of each value. Called for each variant once, in order. The rows are overwritten later. */
  take(i: number, rows: readonly Float32Array[]): void;
}

/** Runs all variants, so many at once as is asked for. @throws OptionError, ShapeError, LimitError */
export async function runVariants(asked: Question, { count, values, make, take }: Variants): Promise<void> {
  const { ctx, model, images, inputs, signal, onProgress } = asked;
  const batch = model.batch?.size ?? Math.min(asked.atOnce, count);
  const scene = openNet(model, { batch, ...(inputs && { inputs }) });
  const keep = values(scene);
  using plan = await compile(ctx, scene.tape, { keep, ...(signal && { signal }) });
  const size = sizeOf(images.shape.slice(1));
  const input = new Float32Array(batch * size);
  for (let first = 0; first < count; first += batch) {
    signal?.throwIfAborted();
    const filled = Math.min(batch, count - first);
    for (let n = 0; n < filled; n++) make(first + n, input.subarray(n * size, (n + 1) * size));
    plan.write(scene.image, input);
    plan.run();
    const read = await Promise.all(keep.map((value) => plan.read(value)));
    for (let n = 0; n < filled; n++) {
      take(
        first + n,
        read.map((rows) => rowOf(rows, n, batch)),
      );
    }
    onProgress?.(first + filled, count);
  }
}

/** Row `n` of `rows` equal ones. */
export function rowOf(data: Float32Array, n: number, rows: number): Float32Array {
  const size = data.length / rows;
  return data.subarray(n * size, (n + 1) * size);
}

/** The pictures themselves, one after another: `[N, …]` of each value, and the target's `[N]` first. */
export async function runPictures(
  asked: Question,
  values: (scene: Scene, target: Value) => readonly Value[],
): Promise<readonly Float32Array[]> {
  const [N] = asked.images.shape;
  const results: Float32Array[] = [];
  // One run for each picture is no progress to speak of.
  const { onProgress: _, ...quiet } = asked;
  await runVariants(quiet, {
    count: N,
    values(scene) {
      const target = asked.target.build(scene);
      return [target, ...values(scene, target)];
    },
    make: (n, into) => into.set(rowOf(asked.images.data, n, N)),
    take(n, rows) {
      for (const [i, row] of rows.entries()) {
        results[i] ??= new Float32Array(N * row.length);
        results[i].set(row, n * row.length);
      }
    },
  });
  return results;
}
