import { stepRate } from '../kernels/ascent/index.js';
import { definePart } from '../parts/part.js';

const POLICIES = ['constant', 'progress', 'progress01'] as const;

interface Options {
  readonly policy: (typeof POLICIES)[number];
  readonly lr: number;
  readonly desiredProgress: number;
  readonly earlyProgress: number;
  readonly lateProgressMult: number;
}

/** The toolbox's three policies. g is the gradient of the whole image. */
export const progress = definePart({
  kind: 'update rule',
  name: 'progress',
  text: 'Plain gradient ascent at the toolbox’s rates, which may aim at a rise of the objective per step.',
  source: 'Deep Visualization Toolbox, gradient_optimizer.py',
  fields: {
    policy: {
      type: 'choice',
      of: POLICIES,
      default: 'progress',
      live: true,
      text: 'constant: lr. progress: min(lr, desiredProgress / ‖g‖²). progress01: min(lr, min(earlyProgress, lateProgressMult·(1 − objective)) / ‖g‖²), for softmax units',
    },
    lr: {
      type: 'number',
      above: 0,
      default: 100,
      live: true,
      text: 'learning rate, or the most that the other policies may use',
      label: 'learning rate',
      slider: { min: -2, max: 4, step: 0.05, log: true },
    },
    desiredProgress: {
      type: 'number',
      above: 0,
      default: 2,
      live: true,
      text: 'rise per step that progress aims at',
      label: 'rise per step',
      slider: { min: -2, max: 4, step: 0.05, log: true },
    },
    earlyProgress: {
      type: 'number',
      above: 0,
      default: 1,
      live: true,
      text: 'rise per step that progress01 aims at first',
      label: 'early rise per step',
      slider: { min: -2, max: 4, step: 0.05, log: true },
    },
    lateProgressMult: {
      type: 'number',
      above: 0,
      default: 1,
      live: true,
      text: 'times (1 − objective), the rise that progress01 aims at last',
    },
  },
  make: ({ policy, lr }) => ({
    label: policy === 'constant' ? `rate ${lr}` : policy,
    rate: ({ tape }, { objective, squaredNorm }, live) =>
      tape.apply(
        stepRate,
        { objective, gg: squaredNorm() },
        {
          policy: live.number('policy', 'u32', (o: Options) => POLICIES.indexOf(o.policy)),
          rate: live.number('rate', 'f32', (o: Options) => o.lr),
          wanted: live.number('wanted', 'f32', (o: Options) =>
            o.policy === 'progress01' ? o.earlyProgress : o.desiredProgress,
          ),
          late: live.number('late', 'f32', (o: Options) => o.lateProgressMult),
        },
      ),
  }),
});
