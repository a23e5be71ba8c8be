// What a pass over images has collected: merged with other passes, and kept as JSON.
import * as v from 'valibot';
import { OptionError } from '../core/errors.js';
import { formatShape } from '../core/shape.js';
import type { Model } from '../graph/model.js';
import { checked } from '../parts/schema.js';
import { modelHash } from '../scene/modelHash.js';
import type { Collector, ScannedImage, StatesOf } from './collector.js';
import { countOf, joinRanges, missingFrom, type ScannedRange } from './ranges.js';
import { imageId, list, object, text, whole } from './schema.js';

/** The net whose activations were collected. */
export interface ScannedModel {
  readonly name: string;
  /** Tells its weights; absent where that is not known. */
  readonly hash?: string;
  /** How pictures became its input; absent where that is not known. */
  readonly preprocessing?: string;
}

/** What a scan notes about its net. */
export async function aboutModel(model: Model): Promise<ScannedModel> {
  const hash = await modelHash(model);
  const { mean } = model.preprocessing;
  const short = 'shape' in mean ? `${formatShape(mean.shape)}, checksum ${checksum(mean.data)}` : mean;
  const preprocessing = JSON.stringify({ ...model.preprocessing, mean: short });
  return { name: model.name, ...(hash !== undefined && { hash }), preprocessing };
}

/** Of the numbers' bits: FNV-1a, word by word. */
function checksum(numbers: Float32Array): string {
  let hash = 0x811c9dc5;
  for (const word of new Uint32Array(Float32Array.from(numbers).buffer)) hash = Math.imul(hash ^ word, 0x01000193);
  return (hash >>> 0).toString(16);
}

/** A pass over images, or several that were merged. */
export interface Scan<C extends readonly Collector<unknown>[] = readonly Collector<unknown>[]> {
  readonly model: ScannedModel;
  readonly collectors: readonly Pick<Collector<unknown>, 'name' | 'options'>[];
  /** Images in the whole set, where that is known. */
  readonly total?: number;
  /** What has been scanned, pictures that could not be read among it. */
  readonly ranges: readonly ScannedRange[];
  /** Pictures that could not be read. */
  readonly skipped: readonly ScannedImage[];
  /** What each collector has, in their order. */
  readonly states: StatesOf<C>;
}

/** Whether all images of the set have been scanned. */
export const isWhole = ({ total, ranges }: Scan): boolean =>
  total !== undefined && missingFrom(ranges, total).length === 0;

/** Images that have been scanned. */
export const scannedOf = ({ ranges }: Scan): number => countOf(ranges);

/**
 * Two passes over parts of one set, as if they had been one: in any order.
 *
 * @throws OptionError where they are of different nets or sets, collected something else, or overlap
 */
export function mergeScans<const C extends readonly Collector<unknown>[]>(
  collectors: C,
  a: Scan<C>,
  b: Scan<C>,
): Scan<C> {
  checkSame(a, b);
  const total = a.total ?? b.total;
  return {
    // Either may lack what an older file does not say.
    model: { ...a.model, ...b.model },
    collectors: a.collectors,
    ...(total !== undefined && { total }),
    ranges: joinRanges(a.ranges, b.ranges),
    skipped: [...a.skipped, ...b.skipped].sort((x, y) => x.index - y.index),
    // The collectors' own types, which a loop over them forgets.
    states: collectors.map((collector, i) => collector.merge(a.states[i], b.states[i])) as unknown as StatesOf<C>,
  };
}

/** @throws OptionError naming what differs */
function checkSame(a: Omit<Scan, 'states'>, b: Omit<Scan, 'states'>): void {
  const must = (what: string, same: boolean, one: unknown, other: unknown, fix: string) => {
    if (same) return;
    const [first, second] = [one, other].map((value) =>
      typeof value === 'string' ? `'${value}'` : JSON.stringify(value),
    );
    throw new OptionError('merge', `${what} must be the same: one part has ${first}, the other ${second}; ${fix}`);
  };
  const scanAgain = 'scan one of them again';
  must('the net', a.model.name === b.model.name, a.model.name, b.model.name, 'merge parts of one net');
  const [one, other] = [a.model.hash, b.model.hash];
  must('the weights of the net', !one || !other || one === other, one, other, scanAgain);
  const [from, to] = [a.model.preprocessing, b.model.preprocessing];
  must('the preprocessing of pictures', !from || !to || from === to, from, to, scanAgain);
  const sizes = a.total === undefined || b.total === undefined || a.total === b.total;
  must('the images in the set', sizes, a.total, b.total, 'scan parts of one set');
  const names = (scan: Omit<Scan, 'states'>) => scan.collectors.map(({ name }) => name).join(', ');
  must('the collectors', names(a) === names(b), names(a), names(b), scanAgain);
  for (const [i, { name, options }] of a.collectors.entries()) {
    for (const [key, value] of Object.entries(options)) {
      const its: unknown = Object.entries(b.collectors[i].options).find(([k]) => k === key)?.[1];
      must(`${key} of ${name}`, JSON.stringify(value) === JSON.stringify(its), value, its, scanAgain);
    }
  }
}

/** A pass as plain data, which JSON keeps. */
export function writeScan<const C extends readonly Collector<unknown>[]>(collectors: C, scan: Scan<C>): object {
  const { states, collectors: described, ...rest } = scan;
  return {
    method: 'scan',
    version: 1,
    ...rest,
    collectors: described.map((one, i) => ({ ...one, state: collectors[i].codec.encode(states[i]) })),
  };
}

/**
 * Reads what `writeScan` wrote, every field checked.
 *
 * @throws OptionError naming the field; also where it was collected by others than `collectors`
 */
export function readScan<const C extends readonly Collector<unknown>[]>(collectors: C, data: unknown): Scan<C> {
  const { model, total, ranges, skipped, collectors: found } = checked(SCAN, data, 'scan');
  const rest = {
    model: {
      name: model.name,
      ...(model.hash !== undefined && { hash: model.hash }),
      ...(model.preprocessing !== undefined && { preprocessing: model.preprocessing }),
    },
    collectors: collectors.map(({ name, options }) => ({ name, options })),
    ...(total !== undefined && { total }),
    ranges: joinRanges(ranges, []),
    skipped,
  };
  checkSame({ ...rest, collectors: found }, rest);
  const states = collectors.map((collector, i) => collector.codec.decode(found[i].state));
  return { ...rest, states: states as unknown as StatesOf<C> };
}

const RANGE = v.pipe(
  object({ from: whole(0), to: whole(1), last: imageId }, 'must be a range of images'),
  v.check(({ from, to }) => to > from, 'must end after it begins'),
);
const COLLECTED = object(
  { name: text, options: v.looseObject({}, 'must be options'), state: v.unknown() },
  'must be what a collector wrote',
);
// What else the command notes about the net stands beside it.
const SCAN = object(
  {
    method: v.literal('scan', "must be 'scan'"),
    version: v.literal(1, 'must be 1'),
    model: object({ name: text, hash: v.optional(text), preprocessing: v.optional(text) }, 'must be a net'),
    total: v.optional(whole(0)),
    ranges: list(RANGE, 'must be a list of ranges'),
    skipped: list(object({ index: whole(0), id: imageId }, 'must be an image'), 'must be a list of images'),
    collectors: list(COLLECTED, 'must be a list of collectors'),
  },
  'must be what a scan wrote',
);
