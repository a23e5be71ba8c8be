// What a net says of pictures: the class it names, and its features.
import type { Context } from '../../src/gpu/context.js';
import type { Model } from '../../src/graph/model.js';
import { activations } from '../../src/scene/forward.js';
import { type Picture, preprocessPicture } from '../../src/scene/input.js';

/** Of mini-squeezenet: the last maps before the scores. */
const FEATURES = 'fire7/concat';

export interface Look {
  readonly named: number;
  /** The mean of each map. */
  readonly features: Float64Array;
}

/** Looks at pictures, a few at once. */
export async function lookAt(ctx: Context, judge: Model, pictures: readonly Picture[], atOnce = 40): Promise<Look[]> {
  const looks: Look[] = [];
  for (let from = 0; from < pictures.length; from += atOnce) {
    const some = pictures.slice(from, from + atOnce);
    const inputs: Float32Array[] = [];
    for (const picture of some) inputs.push(await preprocessPicture(ctx, judge, picture));
    const data = new Float32Array(inputs.reduce((sum, { length }) => sum + length, 0));
    inputs.forEach((input, i) => {
      data.set(input, i * input.length);
    });
    const found = await activations(ctx, judge, data, [FEATURES, 'pool10']);
    const [maps, scores] = [found.get(FEATURES), found.get('pool10')];
    if (!maps || !scores) throw new Error(`${judge.name} has no ${FEATURES}`);
    const [, C, H, W] = maps.shape;
    const K = scores.data.length / some.length;
    for (const n of some.keys()) {
      const own = scores.data.subarray(n * K, (n + 1) * K);
      const features = Float64Array.from({ length: C }, (_, c) => {
        let sum = 0;
        for (let i = 0; i < H * W; i++) sum += maps.data[(n * C + c) * H * W + i];
        return sum / (H * W);
      });
      looks.push({ named: own.indexOf(Math.max(...own)), features });
    }
  }
  return looks;
}
