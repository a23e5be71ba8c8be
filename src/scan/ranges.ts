// Which images of a set have been scanned, by their places in the whole set.
import { OptionError } from '../core/errors.js';
import type { ImageId } from '../scene/images.js';

/** Images from `from` up to, not including, `to`. */
export interface ScannedRange {
  readonly from: number;
  readonly to: number;
  /** What the last of them is called: another set would most likely have another one there. */
  readonly last: ImageId;
}

/** Both together, in order, those that touch as one. @throws OptionError where they overlap */
export function joinRanges(a: readonly ScannedRange[], b: readonly ScannedRange[]): readonly ScannedRange[] {
  const joined: ScannedRange[] = [];
  for (const range of [...a, ...b].sort((x, y) => x.from - y.from)) {
    const before = joined[joined.length - 1];
    if (before && range.from < before.to) {
      throw new OptionError(
        'merge',
        `images ${range.from} to ${Math.min(range.to, before.to) - 1} have been scanned in both parts, which would count them ` +
          'twice; leave one part out, or scan it over another range',
      );
    }
    if (before?.to === range.from) joined[joined.length - 1] = { ...range, from: before.from };
    else joined.push(range);
  }
  return joined;
}

/** Images in all ranges. */
export const countOf = (ranges: readonly ScannedRange[]): number =>
  ranges.reduce((sum, { from, to }) => sum + to - from, 0);

/** What of the images from 0 up to `total` is in no range. */
export function missingFrom(ranges: readonly ScannedRange[], total: number): readonly (readonly [number, number])[] {
  const missing: [number, number][] = [];
  let next = 0;
  for (const { from, to } of [...ranges, { from: total, to: total }]) {
    if (from > next) missing.push([next, from]);
    next = to;
  }
  return missing;
}

/**
 * The range of part `part` of `parts`, which counts from 1: the parts of a set are equal but for one image. @throws OptionError
 */
export function shardRange(total: number, part: number, parts: number): readonly [from: number, to: number] {
  const fits = Number.isInteger(part) && Number.isInteger(parts) && part >= 1 && part <= parts;
  if (!fits) throw new OptionError('shard', `must be one of n parts, from 1/n to n/n, got ${part}/${parts}`);
  return [Math.floor((total * (part - 1)) / parts), Math.floor((total * part) / parts)];
}
