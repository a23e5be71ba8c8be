import type { Op, Vjp } from '../../graph/tape.js';
import { type Attrs, gate, op as relu } from '../../kernels/relu/index.js';
import { definePart } from '../../parts/part.js';

/**
 * Every ReLU lets some of the gradient through, also where it need not: the first steps go elsewhere than the gradient's. The slope is a
 * uniform of the kernels that the gates are fused into, so that it costs no launch.
 */
export const leakyRelu = definePart({
  kind: 'attribution rule',
  name: 'leakyRelu',
  text: 'In the first steps a shut ReLU lets a share of the gradient through, so that a unit that is dead at the start can rise; then the gradient.',
  source: 'xplique optimize(): warm-up steps on a net whose ReLUs are leaky',
  fields: {
    slope: { type: 'number', above: 0, default: 0.1, text: 'share that is let through where the ReLU is shut' },
    steps: {
      type: 'number',
      whole: true,
      min: 1,
      default: 20,
      unit: 'steps',
      text: 'how many first steps; outside a loop it always is the first one',
    },
  },
  make: ({ slope, steps }) => ({
    label: 'leakyRelu',
    steps,
    vjps(way) {
      const leak = way.switched('leak', steps, slope, 0);
      const leaking: Vjp<'x', Attrs> = (tape, args) => {
        const { output, cotangent, attrs } = args;
        // One that is leaky by itself has its own slope.
        if (attrs.slope !== 0) return relu.vjp?.(tape, args) ?? {};
        return { x: tape.apply(gate, { f: output, dy: cotangent }, { mask: true, clamp: false, slope: leak }) };
      };
      return new Map<Op, Vjp>([[relu, leaking]]);
    },
  }),
});
