// Joins the cotangents of neighbouring slices. The steps of a recurrent layer, for example, are slices of one value. Its
// cotangent is then one concatenation, not a sum of many values that are zero nearly everywhere.
import { eraseOp, type Producer, type Tape, type Value, variadic } from '../../graph/tape.js';
import { type Attrs as ConcatAttrs, op as concat } from '../concat/index.js';
import { normalizeAxis } from '../dims.js';
import { dx, type GradAttrs } from '../slice/index.js';

/** `a + b` if both are gradients of slices with adjacent ranges; otherwise undefined. */
export function joinedRanges(tape: Tape, a: Value, b: Value, producer: Producer): Value | undefined {
  const ranges = [a, b].flatMap((value) => rangeOf(value, producer) ?? []);
  const [first, second] = ranges.sort((p, q) => p.start - q.start);
  if (!second || first.axis !== second.axis || first.end !== second.start) return undefined;
  const { axis, start, shape } = first;
  const { end } = second;
  const parts = [first, second].flatMap(({ dy }) => partsOf(dy, axis, producer));
  const whole = tape.apply(concat, variadic(parts), { axis });
  if (start === 0 && end === shape[axis]) return whole;
  return tape.apply(dx, { dy: whole }, { axis, start, end, shape });
}

function rangeOf(value: Value, producer: Producer): (GradAttrs & { readonly dy: Value }) | undefined {
  const node = producer(value);
  if (node?.op !== eraseOp(dx)) return undefined;
  const attrs = node.attrs as GradAttrs;
  return { ...attrs, axis: normalizeAxis('slice', attrs.axis, attrs.shape.length), dy: node.inputs.dy };
}

/** The parts that a value was joined from, so that joining one by one does not copy copies. */
function partsOf(value: Value, axis: number, producer: Producer): Value[] {
  const node = producer(value);
  const joined = node?.op === eraseOp(concat) && (node.attrs as ConcatAttrs).axis === axis;
  return joined ? Object.values(node.inputs) : [value];
}
