import { moment } from '../kernels/optimizer/index.js';
import { definePart } from '../parts/part.js';

interface Options {
  readonly momentum: number;
  readonly weightDecay: number;
}

/** Caffe's solver has it so, but for the learning rate, which multiplies the whole velocity here, as in PyTorch. */
export const momentum = definePart({
  kind: 'update rule',
  name: 'momentum',
  text: 'Goes on as before: the direction is the velocity v ← momentum·v + g − weightDecay·x.',
  source: 'Polyak 1964; torch.optim.SGD',
  fields: {
    momentum: {
      type: 'number',
      min: 0,
      below: 1,
      default: 0.9,
      live: true,
      text: 'share of the velocity that is kept',
    },
    weightDecay: {
      type: 'number',
      min: 0,
      default: 0,
      live: true,
      text: 'weight of the penalty ½·‖x‖², by its gradient',
    },
  },
  make: ({ momentum: kept }) => ({
    label: `momentum ${kept}`,
    slots: (variable) => ({ velocity: variable }),
    update({ tape }, { variable, gradient, slots }, live) {
      const velocity = tape.apply(
        moment,
        { m: slots.velocity, g: gradient, w: variable },
        {
          beta: live.number('momentum', 'f32', (o: Options) => o.momentum),
          a: 1,
          decay: live.number('weight decay', 'f32', (o: Options) => -o.weightDecay),
          power: 1,
        },
      );
      return { direction: velocity, slots: { velocity } };
    },
  }),
});
