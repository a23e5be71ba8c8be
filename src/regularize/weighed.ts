// What the penalties have in common: a weight that a slider moves.
import type { Value } from '../graph/tape.js';
import { op as times } from '../kernels/scale/index.js';
import type { NumberField } from '../parts/fields.js';
import type { Live } from '../parts/live.js';
import type { Scene } from '../scene/openNet.js';

/** How much a penalty counts beside the objective. */
export const weightField = (fallback: number, source?: string) =>
  ({
    type: 'number',
    min: 0,
    default: fallback,
    live: true,
    text: 'how much it counts beside the objective',
    ...(source && { source }),
    slider: { min: -6, max: 1, step: 0.05, log: true },
  }) as const satisfies NumberField;

/** A penalty `[N]` times a number that follows from the options. */
export const weighed = <O>({ tape }: Scene, x: Value, live: Live<O>, of: (options: O) => number): Value =>
  tape.apply(times, { x }, { factor: live.number('weight', 'f32', of), shift: 0 });
