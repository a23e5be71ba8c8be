import type { Op, Tape, Vjp, VjpArgs } from '../../graph/tape.js';
import { type Attrs as PointwiseAttrs, op as pointwise } from '../../kernels/pointwise/index.js';
import { getsThrough, redirect } from '../../kernels/redirect/index.js';
import { type Attrs, op as relu } from '../../kernels/relu/index.js';
import { definePart } from '../../parts/part.js';

/**
 * A ReLU that blocks all of an image's gradient lets through what raises its input. One that lets anything through has its own gradient,
 * unlike with `leakyRelu`. Whether anything gets through is not known before the whole cotangent is there: each ReLU costs two launches where
 * its gradient costs none, in all steps, and keeps sums and concatenations from being fused with it.
 */
export const redirectedRelu = definePart({
  kind: 'attribution rule',
  name: 'redirectedRelu',
  text: 'In the first steps, where a ReLU or ReLU6 lets nothing of an image’s gradient through, it lets through what pushes towards its open range; then the gradient.',
  source: 'lucid misc/redirected_relu_grad.py, whose last such step is number 16',
  fields: {
    steps: {
      type: 'number',
      whole: true,
      min: 1,
      default: 17,
      unit: 'steps',
      text: 'how many first steps; outside a loop it always is the first one',
    },
  },
  make: ({ steps }) => ({
    label: 'redirectedRelu',
    steps,
    vjps(way) {
      const on = way.switched('redirect', steps, 1, 0);
      const redirected = (tape: Tape, y: VjpArgs['output'], dy: VjpArgs['cotangent'], low: number, high?: number) => {
        const range = { low, ...(high !== undefined && { high }), on };
        return { x: tape.apply(redirect, { y, dy, through: tape.apply(getsThrough, { y, dy }, range) }, range) };
      };
      const ofRelu: Vjp<'x', Attrs> = (tape, args) =>
        args.attrs.slope === 0 ? redirected(tape, args.output, args.cotangent, 0) : (relu.vjp?.(tape, args) ?? {});
      const ofClip: Vjp<'x', PointwiseAttrs> = (tape, args) => {
        const { f, a, b } = args.attrs;
        return f === 'clip' ? redirected(tape, args.output, args.cotangent, a, b) : (pointwise.vjp?.(tape, args) ?? {});
      };
      return new Map<Op, Vjp>([
        [relu, ofRelu],
        [pointwise, ofClip],
      ]);
    },
  }),
});
