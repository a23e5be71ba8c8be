// A scan as a stage: its parts are ranges of the set.
import type { Context } from '../../gpu/context.js';
import type { Model } from '../../graph/model.js';
import type { Collector } from '../../scan/collector.js';
import { type ScanOptions, scan } from '../../scan/scan.js';
import { mergeScans, readScan, type Scan, scannedOf, writeScan } from '../../scan/state.js';
import type { SetImage } from '../../scene/images.js';
import { parseJson } from '../../synthesize/readStudy.js';
import { Skipped } from '../commands/inputs.js';
import type { Part, Results, Stage } from './job.js';

/** What is scanned, and how. */
export interface Scanned<C extends readonly Collector<unknown>[]> {
  readonly model: Model;
  readonly set: readonly SetImage[];
  /** Pictures of a part. */
  readonly size: number;
  readonly strict: boolean | undefined;
  /** Where the collectors need the results of earlier stages, they wait for them. */
  collectors(results: Results): C | Promise<C>;
  /** Of the device that this worker has. */
  options(ctx: Context): Promise<Pick<ScanOptions, 'batch' | 'inputs'>>;
}

export function scanStage<const C extends readonly Collector<unknown>[]>(
  name: string,
  { model, set, size, strict, collectors, options }: Scanned<C>,
): Stage {
  const parts = Array.from({ length: Math.ceil(set.length / size) }, (_, i): Part => {
    const range = [i * size, Math.min((i + 1) * size, set.length)] as const;
    const work = range[1] - range[0];
    return {
      label: `${range[0]}-${range[1] - 1}`,
      work,
      async make(ctx, { signal, onProgress, results }) {
        const all = await collectors(results);
        // Of the whole set: what ends a scan of one picture only leaves it out of many, whatever the size of parts.
        const skipped = new Skipped(strict, set.length);
        const found = await scan(ctx, model, set, all, {
          ...(await options(ctx)),
          range,
          signal,
          onProgress: ({ done }) => onProgress(done),
          onUnreadable: (image, error) => skipped.add(String(image), error),
        });
        return scannedOf(found) === work ? { '.json': JSON.stringify(writeScan(all, found)) } : undefined;
      },
    };
  });
  return { name, parts };
}

/** The parts of a stage as one scan. Two of them are in memory at a time. */
export async function joined<const C extends readonly Collector<unknown>[]>(
  collectors: C,
  results: Results,
  stage: string,
): Promise<Scan<C>> {
  let all: Scan<C> | undefined;
  for await (const bytes of results.of(stage)) {
    const part = readScan(collectors, parseJson(new TextDecoder().decode(bytes), stage));
    all = all ? mergeScans(collectors, all, part) : part;
  }
  // A stage has at least one part: a set of no pictures is refused when it is listed.
  return all as Scan<C>;
}
