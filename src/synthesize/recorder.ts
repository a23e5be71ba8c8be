// What a run keeps of its steps, on the device: a row for each image and step, the best image, and the first one whose unit leads
// its layer.
import { f32, sizeBetween } from '../core/shape.js';
import type { Param, Tape, Value } from '../graph/tape.js';
import { argMaxRows } from '../kernels/argMax/rows.js';
import { ascentState, COLUMNS, type Column, choose } from '../kernels/ascent/index.js';
import { op as concat } from '../kernels/concat/index.js';
import { sumRows } from '../kernels/reduction/rows.js';
import type { Watched } from '../parts/kinds.js';

/** Steps whose rows the device holds: a run must not get further ahead of its reader than this. */
export const CAPACITY = 256;

/** One step of one image. Its numbers are those of the step's image before the update. */
export interface StepRecord {
  readonly step: number;
  /** What is raised: the unit's activation. */
  readonly objective: number;
  /** ‖g‖ over all variables. */
  readonly gradient: number;
  /** Learning rate of the step. */
  readonly rate: number;
  /** ‖x‖, ‖x − x₀‖ and the standard deviation of the image x, mean-subtracted. */
  readonly norm: number;
  readonly distance: number;
  readonly deviation: number;
  /** The layer's strongest unit (flat index), and whether it is this one. Of an objective about no one unit: −1 and false. */
  readonly argmax: number;
  readonly isMax: boolean;
}

/** Values of the recorder on a tape. */
export interface Recorder {
  readonly best: Value;
  readonly majority: Value;
  /** The rows of the last step, `[N, 16]`, and where a step puts the next ones. */
  readonly state: Value;
  readonly row: Value;
  /** The rows of the last steps, `[CAPACITY, N, 16]`. */
  readonly log: Value;
}

/** An index that no unit has: an objective that is about none is never its layer's first. */
const NO_UNIT = 0xffffffff;

export function record(
  tape: Tape,
  inputs: {
    readonly image: Value;
    /** The start images, a leaf. */
    readonly start: Value;
    readonly objective: Value;
    readonly gg: Value;
    readonly rate: Value;
    readonly step: Value;
    readonly last: Param;
    readonly watched: Watched | undefined;
    /** Whether images move where their gradient is exactly zero. */
    readonly restless: boolean;
  },
): Recorder {
  const { image, start, objective, gg, rate, step, last, watched, restless } = inputs;
  const [N] = image.shape;
  const best = tape.leaf('best', image);
  const majority = tape.leaf('majority', image);
  const state = tape.leaf('state', f32(N, COLUMNS.length));
  const sum = (kind: 'sum' | 'squares' | 'distance', a: Value, b: Value = a) => tape.apply(sumRows, { a, b }, { kind });
  const sums = tape.apply(
    concat,
    { x0: sum('sum', image), x1: sum('squares', image), x2: sum('distance', image, start) },
    { axis: 0 },
  );
  const top = watched
    ? tape.apply(argMaxRows, { x: watched.layer }, {})
    : tape.constant('no unit', [N], new Uint32Array(N));
  const row = tape.apply(
    ascentState,
    { objective, top, gg, sums, rate, before: state, step },
    { index: watched?.unit.index ?? NO_UNIT, last, size: sizeBetween(image.shape, 1), restless: restless ? 1 : 0 },
  );
  tape.assign(best, tape.apply(choose, { a: image, b: best, state: row }, { column: 'isBest' }));
  tape.assign(majority, tape.apply(choose, { a: image, b: majority, state: row }, { column: 'isFirst' }));
  tape.assign(state, row);
  return { best, majority, state, row, log: tape.log('records', row, CAPACITY) };
}

/** Reads a row of `rows` by the names of its columns. */
export function columnsOf(rows: Float32Array, index: number): (column: Column) => number {
  return (column) => rows[index * COLUMNS.length + COLUMNS.indexOf(column)];
}

/** The row as a record. `index` is the watched unit's. */
export function recordOf(get: (column: Column) => number, index: number | undefined): StepRecord {
  return {
    step: get('step'),
    objective: get('objective'),
    gradient: get('gradient'),
    rate: get('rate'),
    norm: get('norm'),
    distance: get('distance'),
    deviation: get('deviation'),
    argmax: index === undefined ? -1 : get('top'),
    isMax: get('top') === index,
  };
}
