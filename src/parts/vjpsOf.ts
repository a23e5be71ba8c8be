// The vjps of rules of the way back, where it is known what they hang on.
import type { Op, Vjp } from '../graph/tape.js';
import type { AttributionRule, WayBack } from './kinds.js';

/** By op; where two rules are for one op, the later one counts. */
export function vjpsOf(rules: readonly AttributionRule[], way: WayBack): ReadonlyMap<Op, Vjp> {
  return new Map(rules.flatMap(({ vjps }) => [...(typeof vjps === 'function' ? vjps(way) : vjps)]));
}
