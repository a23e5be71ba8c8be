import { op as cropMotion } from '../kernels/cropMotion/index.js';
import { definePart } from '../parts/part.js';
import { borderField, sample } from './moving.js';

interface Options {
  readonly side: number;
  readonly lastSide: number;
  readonly over: number;
  readonly spread: number;
  readonly least: number;
  readonly most: number;
  readonly wander: number;
}

const share = { type: 'number', live: true, slider: { min: 0.01, max: 1, step: 0.01 } } as const;

/** Each crop is a picture of its own to the net, so that details have to be as convincing as the whole. */
export const crop = definePart({
  kind: 'transform',
  name: 'crop',
  text: 'Shows a random box of each image, resized to what the net takes, another box at each step.',
  source:
    'Fel et al. 2023 (MaCo); the defaults are those of xplique. As Horama: draw uniform, side and lastSide 0.275, spread 0.025',
  fields: {
    side: { ...share, min: 0.01, max: 4, default: 0.5, text: 'mean side of the box, as a share of the image’s' },
    lastSide: {
      ...share,
      min: 0.01,
      max: 4,
      default: 0.05,
      text: 'mean side at the end; on the way there it changes by the same amount at each step',
    },
    over: {
      type: 'number',
      whole: true,
      min: 0,
      default: 256,
      unit: 'steps',
      live: true,
      text: 'steps until the mean side is the last one; 0 for from the start',
      slider: { min: 0, max: 2048, step: 1 },
    },
    draw: { type: 'choice', of: ['normal', 'uniform'], default: 'normal', text: 'how the side is drawn' },
    spread: {
      ...share,
      min: 0,
      max: 1,
      default: 0.05,
      text: 'standard deviation of the side, or half its range where it is uniform',
    },
    least: { ...share, min: 0.01, max: 4, default: 0.05, text: 'least side' },
    most: { ...share, min: 0.01, max: 4, default: 1, text: 'greatest side' },
    wander: {
      ...share,
      min: 0,
      max: 1,
      default: 0.15,
      text: 'standard deviation of the box’s centre, as a share of the image’s side',
    },
    border: borderField('zero'),
  },
  make: ({ side, lastSide, draw, border }) => ({
    label: `crop ${side} to ${lastSide}`,
    border,
    sample,
    move({ tape, random, step, space }, { theta, size: from }, live) {
      const [, H, W] = space.input;
      const number = (field: keyof Options) => live.number(field, 'f32', (o: Options) => o[field]);
      const uniform = draw === 'uniform';
      const sides = uniform ? random.uniform([]) : random.normal([]);
      const attrs = {
        from,
        size: [H, W] as const,
        uniform,
        // At step 0 the mean is already the last one.
        side: live.number('side', 'f32', (o: Options) => (o.over > 0 ? o.side : o.lastSide)),
        lastSide: number('lastSide'),
        over: number('over'),
        spread: number('spread'),
        least: number('least'),
        most: number('most'),
        wander: number('wander'),
      };
      const next = tape.apply(cropMotion, { theta, side: sides, centre: random.normal([2]), step }, attrs);
      return { theta: next, size: [H, W] };
    },
  }),
});
