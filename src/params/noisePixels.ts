import { createRng, seedFor } from '../core/rng.js';
import { definePart } from '../parts/part.js';
import { WHITE } from '../scene/space.js';
import { pixels } from './pixels.js';

/** Pixels that begin with noise as strong as a picture, where the toolbox’s begin with faint noise. */
export const noisePixels = definePart({
  kind: 'parameterization',
  name: 'noisePixels',
  text: 'The pixels themselves, from white noise around the mean image.',
  source: 'Mahendran & Vedaldi 2015, invert_nn.m: randn, with the norm of natural images',
  fields: {
    rms: {
      type: 'number',
      min: 0,
      default: 0.268,
      text: 'standard deviation of the noise, for pixels from 0 to 1; photographs have 0.27 about their mean colour',
    },
  },
  make({ rms }) {
    const { variables, startFrom, resize, image } = pixels.make({});
    return {
      label: `noise of ${rms}`,
      editable: true,
      variables,
      start({ mean }, seed) {
        const { normal } = createRng(seedFor(seed, 'noise'));
        return [Float32Array.from(mean, () => rms * WHITE * normal())];
      },
      ...(startFrom && { startFrom }),
      ...(resize && { resize }),
      image,
    };
  },
});
