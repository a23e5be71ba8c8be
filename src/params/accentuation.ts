import { binary } from '../kernels/binary/index.js';
import { halfOf, irfft2 } from '../kernels/fft/index.js';
import { preconditioned } from '../kernels/spectrum/index.js';
import { definePart } from '../parts/part.js';
import type { ImageSpace } from '../scene/space.js';
import { COLOUR_FIELDS, checkRange, coloursOf, uncoloured } from './bounded.js';
import { toNet } from './colours.js';
import { sizeOf } from './fourier.js';
import { falling, resizedSpectrum, spectrumOf } from './spectrum.js';

/**
 * Feature Accentuation, for a run whose `starts` name pictures. Adam divides each number by its own gradient's size, and so takes the
 * weights of frequencies away again; with unitLength and sgd they count.
 */
export const accentuation = definePart({
  kind: 'parameterization',
  name: 'accentuation',
  text: 'The spectrum of a given picture, or of the mean image, of which low frequencies change faster.',
  source: 'Hamblin et al. 2024, Feature Accentuation; Horama',
  fields: {
    decay: {
      type: 'number',
      min: 0,
      default: 1.5,
      text: 'how fast gradients fall with frequency',
      source: 'Horama: decay_power',
    },
    ...COLOUR_FIELDS,
    colour: { ...COLOUR_FIELDS.colour, default: 'maco' },
  },
  make({ decay, ...colours }) {
    checkRange('accentuation', colours.range);
    // As Horama's transform is not divided by √(H·W) on the way to the spectrum, its learning rates hold for these variables.
    const share = (H: number, W: number) => 1 / Math.sqrt(H * W);
    const startFrom = (space: ImageSpace, image: Float32Array) => {
      const [, H, W] = space.shape;
      const weight = new Float32Array(H * halfOf(W)).fill(share(H, W));
      return [spectrumOf(uncoloured(image, space, colours), H, W, weight)];
    };
    return {
      label: 'accentuation',
      editable: false,
      variables: ([N, C, H, W]) => [{ label: 'spectrum', shape: [N, C, H, halfOf(W), 2] }],
      start: (space) => startFrom(space, new Float32Array(space.mean.length)),
      startFrom,
      resize([z], from, to) {
        const gain = (share(...sizeOf(from)) / share(...sizeOf(to))) ** 2;
        return [resizedSpectrum(z, sizeOf(from), sizeOf(to), () => gain)];
      },
      image(stage, [spectrum], mean) {
        const { tape, space } = stage;
        const [, H, W] = space.shape;
        const w = tape.constant('frequencies', [H, halfOf(W), 1], () =>
          falling(H, W, decay).map((v) => v / share(H, W)),
        );
        const z = tape.apply(preconditioned, { x: spectrum, w }, {});
        const factor = tape.constant('share', [1], Float32Array.of(share(H, W)));
        const t = tape.apply(irfft2, { z: binary(tape, 'mul', z, factor) }, { W });
        return toNet(stage, coloursOf(stage, t, colours), mean);
      },
    };
  },
});
