// A picture of which a part is to be painted anew.
import type { Tape, Value } from '../graph/tape.js';
import { binary } from '../kernels/binary/index.js';
import type { ImageSpace } from './space.js';

/** The fields of parts that know of a picture with a hole. */
export const HOLE_FIELDS = {
  picture: {
    type: 'text',
    default: 'picture',
    text: 'the picture, by the name under which the run is given it (references)',
  },
  mask: {
    type: 'text',
    default: 'mask',
    text: 'a picture that is white where something new is to be painted, and black elsewhere, by the name under which the run is given it',
  },
} as const;

/** What a hole needs: names of pictures. */
export interface Hole {
  readonly picture: string;
  readonly mask: string;
}

/** 1 where something is to be painted and 0 elsewhere, `[n, 1, H, W]`: the mask's pixels are at least half as bright as white there. */
export function holeOf(tape: Tape, { mask }: Hole, space: ImageSpace): Value {
  const [C, H, W] = space.shape;
  const plane = H * W;
  const { shape, data } = space.pictures(mask);
  const open = Float32Array.from({ length: shape[0] * plane }, (_, i) => {
    const [n, place] = [Math.floor(i / plane), i % plane];
    let sum = 0;
    for (let c = 0; c < C; c++) sum += data[(n * C + c) * plane + place] + space.mean[c * plane + place];
    return sum / C >= HALF_BRIGHT ? 1 : 0;
  });
  return tape.constant(`hole ${mask}`, [shape[0], 1, H, W], open);
}

const HALF_BRIGHT = 127.5;

/** The known pictures `[n, C, H, W]`, mean-subtracted: one for all images, or one for each. */
export function pictureOf(tape: Tape, { picture }: Hole, space: ImageSpace): Value {
  const { shape, data } = space.pictures(picture);
  return tape.constant(`picture ${picture}`, shape, data);
}

/** `hole·image + (1 − hole)·picture`. */
export function inpainted(tape: Tape, image: Value, hole: Hole, space: ImageSpace): Value {
  const picture = pictureOf(tape, hole, space);
  const away = binary(tape, 'mul', binary(tape, 'sub', image, picture), holeOf(tape, hole, space));
  return binary(tape, 'add', picture, away);
}
