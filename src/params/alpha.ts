import { binary } from '../kernels/binary/index.js';
import { halfOf } from '../kernels/fft/index.js';
import { pointwise } from '../kernels/pointwise/index.js';
import { op as slice } from '../kernels/slice/index.js';
import { definePart } from '../parts/part.js';
import { COLOUR_FIELDS, checkRange, coloursOf } from './bounded.js';
import { toNet } from './colours.js';
import { noise, planesOf, resizedCoefficients, SPECTRUM_FIELDS, sizeOf } from './fourier.js';

/**
 * Lucid's transparent image. Where a unit does not care what is behind, nothing makes the image transparent: the objective has to ask
 * for it. The images of a run are shown on the background of their step.
 */
export const alpha = definePart({
  kind: 'parameterization',
  name: 'alpha',
  text: 'A spectrum with a fourth channel for opacity, over a background that is drawn anew at each step.',
  source: 'Mordvintsev et al. 2018; Lucid, optvis/transform.py: collapse_alpha_random',
  fields: {
    background: {
      type: 'number',
      min: 0,
      default: 0.5,
      text: 'standard deviation of the background’s spectrum',
      source: 'Lucid: sd',
    },
    ...SPECTRUM_FIELDS,
    ...COLOUR_FIELDS,
  },
  make({ background, decay, deviation, ...colours }) {
    checkRange('alpha', colours.range);
    return {
      label: 'alpha',
      editable: false,
      variables: ([N, C, H, W]) => [{ label: 'spectrum', shape: [N, C + 1, H, halfOf(W), 2] }],
      start: ({ shape: [C, H, W] }, seed) => [noise(seed, 'spectrum', (C + 1) * H * halfOf(W) * 2, deviation)],
      resize: ([z], from, to) => [resizedCoefficients(z, sizeOf(from), sizeOf(to), decay)],
      image(stage, [z], mean) {
        const { tape, space, random } = stage;
        const [C, H, W] = space.shape;
        const t = planesOf(stage, z, decay);
        const part = (start: number, end: number) => tape.apply(slice, { x: t }, { axis: 1, start, end });
        const drawn = binary(
          tape,
          'mul',
          random.normal([C, H, halfOf(W), 2]),
          tape.constant('background', [1], Float32Array.of(background)),
        );
        const behind = coloursOf(stage, planesOf(stage, drawn, decay), colours);
        const opacity = pointwise(tape, part(C, C + 1), 'sigmoid');
        const over = binary(tape, 'sub', coloursOf(stage, part(0, C), colours), behind);
        return toNet(stage, binary(tape, 'add', behind, binary(tape, 'mul', over, opacity)), mean);
      },
    };
  },
});
