import { createRng, seedFor } from '../core/rng.js';
import type { Value } from '../graph/tape.js';
import { binary } from '../kernels/binary/index.js';
import { halfOf, irfft2 } from '../kernels/fft/index.js';
import type { Stage } from '../parts/kinds.js';
import { definePart } from '../parts/part.js';
import type { ImageSpace } from '../scene/space.js';
import { COLOUR_FIELDS, checkRange, coloursOf, uncoloured } from './bounded.js';
import { toNet } from './colours.js';
import { falling, resizedSpectrum, type Size, spectrumOf } from './spectrum.js';

/** Lucid divides its image by 4, so that it starts with the contrast of its pixel image. */
const CONTRAST = 4;

/** `count` numbers of N(0, deviation). */
export function noise(seed: number, name: string, count: number, deviation: number): Float32Array {
  const rng = createRng(seedFor(seed, name));
  return Float32Array.from({ length: count }, () => deviation * rng.normal());
}

/** What each coefficient of a spectrum is multiplied by: Lucid's scale, for the orthonormal transform. */
const weightsOf = (H: number, W: number, decay: number): Float32Array => falling(H, W, decay).map((v) => v / CONTRAST);

/** Rows and columns of the images. */
export const sizeOf = ({ shape: [, H, W] }: ImageSpace): Size => [H, W];

/** Planes `[N, C, H, W]` of coefficients `[N, C, H, ⌊W/2⌋ + 1, 2]`, low frequencies amplified. */
export function planesOf({ tape, space }: Stage, z: Value, decay: number): Value {
  const [, H, W] = space.shape;
  const weight = tape.constant('frequencies', [H, halfOf(W), 1], () => weightsOf(H, W, decay));
  return tape.apply(irfft2, { z: binary(tape, 'mul', z, weight) }, { W });
}

/** Coefficients for images of another size that show the same. */
export function resizedCoefficients(z: Float32Array, from: Size, to: Size, decay: number): Float32Array {
  const [before, after] = [weightsOf(...from, decay), weightsOf(...to, decay)];
  // A plane of n times as many pixels has √n times the coefficients.
  const gain = Math.sqrt((to[0] * to[1]) / (from[0] * from[1]));
  return resizedSpectrum(z, from, to, (i, j) => (gain * before[i]) / after[j]);
}

export const SPECTRUM_FIELDS = {
  decay: {
    type: 'number',
    min: 0,
    default: 1,
    text: 'how fast amplitudes fall with frequency: 0 for white noise, 1 as in photographs',
    source: 'Lucid: decay_power',
  },
  deviation: {
    type: 'number',
    min: 0,
    default: 0.01,
    text: 'standard deviation of the variables at the start',
    source: 'Lucid: sd',
  },
} as const;

/** Lucid's FFT image. */
export const fourier = definePart({
  kind: 'parameterization',
  name: 'fourier',
  // Lucid has one column too many where the width is odd, and crops the image. Here the spectrum is that of the image.
  text: 'A spectrum with amplified low frequencies, in decorrelated colours.',
  source: 'Olah et al. 2017; Lucid, param/spatial.py: fft_image',
  fields: { ...SPECTRUM_FIELDS, ...COLOUR_FIELDS },
  make({ decay, deviation, ...colours }) {
    checkRange('fourier', colours.range);
    return {
      label: 'fourier',
      editable: false,
      variables: ([N, C, H, W]) => [{ label: 'spectrum', shape: [N, C, H, halfOf(W), 2] }],
      start: ({ shape: [C, H, W] }, seed) => [noise(seed, 'spectrum', C * H * halfOf(W) * 2, deviation)],
      startFrom(space, image) {
        const [, H, W] = space.shape;
        return [spectrumOf(uncoloured(image, space, colours), H, W, weightsOf(H, W, decay))];
      },
      resize: ([z], from, to) => [resizedCoefficients(z, sizeOf(from), sizeOf(to), decay)],
      image: (stage, [z], mean) => toNet(stage, coloursOf(stage, planesOf(stage, z, decay), colours), mean),
    };
  },
});
