// The scans of a dissection as files: which of the two one is, and its collectors, by what it says about them and without the net.
import * as v from 'valibot';
import { OptionError } from '../core/errors.js';
import type { Collector } from '../scan/collector.js';
import { greatestOf } from '../scan/greatest.js';
import { overlapsOf } from '../scan/overlaps.js';
import { quantilesOf } from '../scan/quantiles.js';
import { topKOf } from '../scan/topK.js';

const NAMED = v.object({ collectors: v.array(v.object({ name: v.string(), options: v.unknown() })) });

/** What a file says about its collectors; nothing where it is no scan. */
export function collectorsIn(data: unknown): readonly { readonly name: string; readonly options?: unknown }[] {
  const found = v.safeParse(NAMED, data);
  return found.success ? found.output.collectors : [];
}

/** Whether a file is one of a dissection's scans. */
export const isDissection = (data: unknown): boolean =>
  collectorsIn(data).some(({ name }) => name === 'greatest' || name === 'overlaps');

const MADE: Readonly<Record<string, (options: unknown) => Collector<unknown>>> = {
  greatest: (options) => greatestOf(options) as Collector<unknown>,
  topK: (options) => topKOf(options).collector as Collector<unknown>,
  quantiles: (options) => quantilesOf(options) as Collector<unknown>,
  overlaps: (options) => overlapsOf(options) as Collector<unknown>,
};

/** @throws OptionError for a file that is no scan of a dissection */
export function scanOfDissection(data: unknown): {
  readonly name: 'thresholds' | 'overlaps';
  readonly collectors: readonly Collector<unknown>[];
} {
  const found = collectorsIn(data);
  if (!isDissection(data)) {
    throw new OptionError('merge', 'it is no part of a dissection; give files that convscope dissect --shard wrote');
  }
  const collectors = found.map(({ name, options }) => {
    if (!Object.hasOwn(MADE, name)) throw new OptionError('merge', `a dissection has no collector '${name}'`);
    return MADE[name](options);
  });
  return { name: found.some(({ name }) => name === 'overlaps') ? 'overlaps' : 'thresholds', collectors };
}
