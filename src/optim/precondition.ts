import { OptionError } from '../core/errors.js';
import type { Tape, Value } from '../graph/tape.js';
import { binary } from '../kernels/binary/index.js';
import { fastSize, halfOf, irfft2, rfft2 } from '../kernels/fft/index.js';
import { op as slice, dx as unslice } from '../kernels/slice/index.js';
import { definePart } from '../parts/part.js';
import { mixChannels } from '../scene/mixChannels.js';
import type { ImageSpace } from '../scene/space.js';
import { colourFactor, type ImageStatistics, magnitudeAt } from '../scene/statistics.js';

interface Options {
  readonly power: number;
  readonly mean: number;
}

/** Changes follow the colours and frequencies of real pictures: strong where these are strong. */
export const precondition = definePart({
  kind: 'update rule',
  name: 'precondition',
  text: 'Weighs the gradient by the spectrum of real pictures: into decorrelated colour, times the mean magnitude of each frequency, and back.',
  source:
    'Lucid’s Fourier and colour parameterizations are this preconditioning (Olah et al. 2017); a rule that does not divide by each number’s own gradient keeps it',
  fields: {
    statistics: { type: 'text', default: 'natural', text: 'statistics of pictures' },
    power: {
      type: 'number',
      min: 0,
      max: 2,
      default: 1,
      live: true,
      text: 'power of the magnitude: 0 leaves all frequencies alike',
      slider: { min: 0, max: 2, step: 0.05 },
    },
    mean: {
      type: 'number',
      min: 0,
      max: 1,
      default: 1,
      live: true,
      text: 'share of the weight that the image’s mean colour keeps: with 0 no net can make an image ever darker or brighter',
      slider: { min: 0, max: 1, step: 0.05 },
    },
  },
  make: ({ statistics }) => ({
    label: 'precondition',
    update({ tape, space }, { variable, gradient }, live) {
      if (!space || variable.shape.join() !== [variable.shape[0], ...space.shape].join()) {
        throw new OptionError('optim', "'precondition' is for images whose pixels are the variables; take pixels");
      }
      const [, H, W] = space.shape;
      const known = space.statistics(statistics);
      const factor = colourRows(known, space);
      const canvas: Size = [fastSize(H), fastSize(W)];
      const weights = live.data('magnitude', [factor.length, canvas[0], halfOf(canvas[1]), 1], (o: Options) =>
        relative(magnitudeAt(known, canvas), factor.length, o),
      );
      const transposed = factor.map((_, i) => factor.map((row) => row[i]));
      // x = μ + L·z, so a gradient goes to z by Lᵀ, and a step in z to x by L.
      const z = tape.apply(rfft2, { x: placed(tape, mixChannels(tape, gradient, transposed), canvas) }, {});
      const weighed = tape.apply(irfft2, { z: binary(tape, 'mul', z, weights) }, { W: canvas[1] });
      return { direction: mixChannels(tape, cut(tape, weighed, [H, W]), factor) };
    },
  }),
});

type Size = readonly [H: number, W: number];

/** x `[N, C, h, w]` in the corner of zeros `[N, C, H, W]`: cutting it out again is the adjoint, so that the weighing stays symmetric. */
function placed(tape: Tape, x: Value, size: Size): Value {
  return size.reduce((from, length, i) => {
    const shape = from.shape.map((own, axis) => (axis === 2 + i ? length : own));
    return length === from.shape[2 + i]
      ? from
      : tape.apply(unslice, { dy: from }, { axis: 2 + i, start: 0, end: from.shape[2 + i], shape });
  }, x);
}

function cut(tape: Tape, x: Value, size: Size): Value {
  return size.reduce(
    (from, end, i) =>
      end === from.shape[2 + i] ? from : tape.apply(slice, { x: from }, { axis: 2 + i, start: 0, end }),
    x,
  );
}

/** L with its rows in the net's order of channels; of a net that takes gray, 1. */
function colourRows(statistics: ImageStatistics, space: ImageSpace): readonly (readonly number[])[] {
  const places = space.colours();
  if (places.length === 1) return [[1]];
  const L = colourFactor(statistics);
  const rows: (readonly number[])[] = [];
  for (const [colour, place] of places.entries()) rows[place] = L.slice(3 * colour, 3 * colour + 3);
  return rows;
}

/**
 * Magnitudes over the greatest one, to a power, and less of the mean. Of a net that takes gray, those of the first decorrelated colour, which
 * is nearly it.
 */
function relative(magnitude: Float32Array, channels: number, { power, mean }: Options): Float32Array {
  const plane = magnitude.length / 3;
  const own = magnitude.subarray(0, plane * channels);
  const most = own.reduce((a, b) => Math.max(a, b), 0);
  // The mean is the first frequency of each plane.
  return own.map((m, i) => (m / most) ** power * (i % plane === 0 ? mean : 1));
}
