import { binary } from '../kernels/binary/index.js';
import { definePart } from '../parts/part.js';
import { length, overRows } from './lengths.js';

interface Options {
  readonly norm: number;
}

/** Keeps one steep place from throwing the variables far: the direction of the gradient stays, its length has a limit. */
export const clip = definePart({
  kind: 'update rule',
  name: 'clip',
  text: 'Shortens each image’s gradient, of all variables together, to a greatest length: g / max(1, ‖g‖ / norm).',
  source: 'Pascanu et al. 2013, algorithm 1; torch.nn.utils.clip_grad_norm_',
  fields: {
    norm: {
      type: 'number',
      above: 0,
      default: 1,
      live: true,
      text: 'greatest length',
      slider: { min: -4, max: 4, step: 0.05, log: true },
    },
  },
  make: ({ norm }) => ({
    label: `clip ${norm}`,
    update(stage, { gradient, squaredNorm }, live) {
      const { tape } = stage;
      const one = tape.constant('one', [1], Float32Array.of(1));
      const most = live.data('norm', [1], (o: Options) => Float32Array.of(o.norm));
      const excess = binary(tape, 'div', length(stage, squaredNorm()), most);
      return { direction: overRows(stage, gradient, binary(tape, 'max', excess, one)) };
    },
  }),
});
