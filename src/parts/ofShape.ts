// What parts return is checked where it is used, so that a wrong shape is told by the part's name.
import { ShapeError } from '../core/errors.js';
import { formatShape, type Shape, sameShape } from '../core/shape.js';
import type { Value } from '../graph/tape.js';
import type { Kind, Made } from './part.js';

/** What a part returned, held against the shape that it must have. @throws ShapeError naming the part */
export function ofShape(path: string, { spec }: Made<Kind>, value: Value, shape: Shape): Value {
  if (sameShape(value.shape, shape)) return value;
  throw new ShapeError(
    path,
    `'${spec.name}' must return ${formatShape(shape)}, it returned ${formatShape(value.shape)}`,
  );
}
