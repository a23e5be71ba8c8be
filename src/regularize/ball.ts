import { withinBall } from '../kernels/ascent/index.js';
import { sumRows } from '../kernels/reduction/rows.js';
import { definePart } from '../parts/part.js';
import { WHITE } from '../scene/space.js';

interface Options {
  readonly rms: number;
}

/** The image keeps the scene that it starts from. */
export const ball = definePart({
  kind: 'regularizer',
  name: 'ball',
  text: 'Holds the image to an L2 ball about its start.',
  source:
    'projected gradient ascent, as in Santurkar et al. 2019; the radius counts per number, so that it fits any size',
  fields: {
    rms: {
      type: 'number',
      above: 0,
      default: 0.225,
      live: true,
      text: 'root mean square of the greatest change, for pixels from 0 to 1',
      label: 'farthest from start',
      slider: { min: 0.02, max: 0.6, step: 0.005 },
    },
  },
  make: ({ rms }) => ({
    label: `ball ${rms}`,
    project({ tape, space }, { image, start }, live) {
      const size = Math.sqrt(space.shape.reduce((a, b) => a * b, 1));
      const radius = live.number('radius', 'f32', (o: Options) => o.rms * WHITE * size);
      const gg = tape.apply(sumRows, { a: image, b: start }, { kind: 'distance' });
      return tape.apply(withinBall, { x: image, start, gg }, { radius });
    },
  }),
});
