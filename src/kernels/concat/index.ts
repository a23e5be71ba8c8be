// Concatenates values along one axis. Each input is copied into its range; the gradient is a slice.
import { ShapeError } from '../../core/errors.js';
import { formatShape, type Named, type Spec } from '../../core/shape.js';
import { defineOp } from '../../graph/tape.js';
import { normalizeAxis } from '../dims.js';
import { copyRange, op as slice } from '../slice/index.js';

export interface Attrs {
  readonly axis: number;
}

/** All kernels are ../slice's. */
export const kernels = [];

const inputNames: readonly string[] = [];

/** `x0, x1, …` with equal shapes except along `axis`. */
export const op = defineOp({
  name: 'concat',
  inputs: inputNames,
  passesZeros: true,
  infer: (inputs: Named<string, Spec>, { axis }: Attrs): Spec => {
    const specs = Object.values(inputs);
    if (specs.length === 0) throw new ShapeError('concat', 'it needs at least one input');
    const [first] = specs;
    const at = normalizeAxis('concat', axis, first.shape.length);
    for (const { shape } of specs) {
      if (shape.length !== first.shape.length || shape.some((dim, i) => i !== at && dim !== first.shape[i])) {
        const seen = specs.map((s) => formatShape(s.shape)).join(', ');
        throw new ShapeError('concat', `inputs may differ along axis ${at} alone, got ${seen}`);
      }
    }
    const length = specs.reduce((sum, s) => sum + s.shape[at], 0);
    return { shape: first.shape.map((dim, i) => (i === at ? length : dim)), dtype: first.dtype };
  },
  lower: ({ inputs, output, attrs, isPlaced }) => {
    const axis = normalizeAxis('concat', attrs.axis, output.shape.length);
    let toStart = 0;
    return Object.values(inputs).flatMap((x) => {
      const L = x.shape[axis];
      const copied = isPlaced(x) ? [] : [copyRange(x, output, { axis, L, fromStart: 0, toStart })];
      toStart += L;
      return copied;
    });
  },
  joinsChannels: ({ axis }) => axis === 1,
  window: { of: 'all', possible: ({ axis }) => axis === 0 || axis === 1 },
  vjp: (tape, { inputs, output, cotangent, attrs, needs }) => {
    const axis = normalizeAxis('concat', attrs.axis, output.shape.length);
    let start = 0;
    return Object.fromEntries(
      Object.entries(inputs).flatMap(([name, x]) => {
        const range = { axis, start, end: start + x.shape[axis] };
        start = range.end;
        return needs[name] ? [[name, tape.apply(slice, { x: cotangent }, range)]] : [];
      }),
    );
  },
});
