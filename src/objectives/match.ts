import { OptionError } from '../core/errors.js';
import { formatShape, sizeOf } from '../core/shape.js';
import type { Tape, Value } from '../graph/tape.js';
import { binary } from '../kernels/binary/index.js';
import { pointwise } from '../kernels/pointwise/index.js';
import { op as reduction } from '../kernels/reduction/index.js';
import { definePart } from '../parts/part.js';
import { mapsOfPicture, PICTURE } from './along.js';
import { mapsOf } from './maps.js';

interface Subset {
  readonly channels?: readonly number[] | undefined;
  readonly places?: readonly number[] | undefined;
}

/** What a layer keeps of a picture: another image with the same activations. */
export const match = definePart({
  kind: 'objective',
  name: 'match',
  text: 'How near the activations of a layer, or of some of its units, are to those of a picture: −‖a − t‖² / ‖t‖², 0 at most.',
  source: 'Mahendran & Vedaldi 2015, eq. 2: inversion; §5.4 for some of the units',
  fields: {
    layer: { type: 'text', text: 'layer or blob' },
    picture: PICTURE,
    channels: {
      type: 'numbers',
      optional: true,
      text: 'channels that count, from 0; all of them unless they are given',
    },
    places: {
      type: 'numbers',
      length: 4,
      optional: true,
      text: 'rows and columns of the map that count: top, left, and the first ones below and to the right that do not; all of them unless they are given',
    },
  },
  make({ layer, picture, channels, places }) {
    checkSubset({ channels, places });
    return {
      label: `${layer} as in ${picture}`,
      layers: [layer],
      build(scene) {
        const { tape } = scene;
        const maps = mapsOf(scene, layer);
        const counted = counting(tape, layer, maps, { channels, places });
        const target = counted(mapsOfPicture(scene, picture, layer));
        const squares = (x: Value) => {
          const axes = x.shape.slice(1).map((_, i) => i + 1);
          return tape.apply(reduction, { x: binary(tape, 'mul', x, x) }, { kind: 'sum', axes, keep: false });
        };
        const difference = binary(tape, 'sub', counted(maps), target);
        return binary(tape, 'div', pointwise(tape, squares(difference), 'neg'), squares(target));
      },
    };
  },
});

/** @throws OptionError for what can be no channels or places of any layer */
function checkSubset({ channels, places }: Subset): void {
  const isIndex = (v: number) => Number.isInteger(v) && v >= 0;
  if (channels && !channels.every(isIndex)) {
    throw new OptionError('match.channels', `must be whole numbers from 0, got ${channels.join(', ')}`);
  }
  if (!places) return;
  const [top, left, bottom, right] = places;
  if (places.every(isIndex) && top < bottom && left < right) return;
  throw new OptionError(
    'match.places',
    `must be top, left, bottom, right with top < bottom and left < right, got ${places.join(', ')}`,
  );
}

/** Sets to zero what does not count. @throws OptionError for channels or places that the layer does not have */
function counting(tape: Tape, layer: string, maps: Value, { channels, places }: Subset): (x: Value) => Value {
  if (!channels && !places) return (x) => x;
  const [, C, H = 1, W = 1] = maps.shape;
  const outside = channels?.find((c) => c >= C);
  if (outside !== undefined) {
    throw new OptionError(
      'match.channels',
      `${outside} is outside layer '${layer}' ${formatShape(maps.shape)}, channels 0 to ${C - 1}`,
    );
  }
  const [top, left, bottom, right] = places ?? [0, 0, H, W];
  if (places && (maps.shape.length !== 4 || bottom > H || right > W)) {
    throw new OptionError(
      'match.places',
      `${places.join(', ')} is outside layer '${layer}' ${formatShape(maps.shape)}`,
    );
  }
  const shape = [1, ...maps.shape.slice(1)];
  const plane = sizeOf(shape) / C;
  const wanted = new Set(channels);
  const mask = tape.constant('units that count', shape, () =>
    Float32Array.from({ length: C * plane }, (_, i) => {
      const [y, x] = [Math.floor((i % plane) / W), i % W];
      const isPlace = !places || (y >= top && y < bottom && x >= left && x < right);
      return isPlace && (!channels || wanted.has(Math.floor(i / plane))) ? 1 : 0;
    }),
  );
  return (x) => binary(tape, 'mul', x, mask);
}
