// What stands for nothing in the picture: what a method of attribution compares with, or puts in place of what it hides.
import { OptionError } from '../core/errors.js';
import { createRng } from '../core/rng.js';
import { formatShape, sizeOf } from '../core/shape.js';
import { compile } from '../graph/plan.js';
import { createTape } from '../graph/tape.js';
import { op as blur, gaussianTaps } from '../kernels/blur/index.js';
import type { Question } from '../parts/kinds.js';
import { channelScale, imageShape, meanImage } from '../scene/input.js';
import { rowOf } from './variants.js';

/** What may stand for nothing. */
export type BaselineName = 'black' | 'mean' | 'blurred' | 'noise' | 'picture';

/** Which baseline, and what it is made of. */
export interface BaselineOptions {
  readonly baseline: BaselineName;
  /** Standard deviation of the blur, in pixels. */
  readonly blur: number;
  /** Of the random pixels, which are the same for each picture. */
  readonly seed: number;
}

/** The greatest value of a pixel. */
const WHITE = 255;

/** The baseline of each picture, `[N, C, H, W]` in the net's input layout. @throws OptionError where it needs a picture that is not given */
export async function baselineOf(
  asked: Question,
  { baseline, blur: sigma, seed }: BaselineOptions,
): Promise<Float32Array> {
  const { model, images, pictures = {} } = asked;
  const [C, H, W] = imageShape(model);
  const size = C * H * W;
  switch (baseline) {
    case 'mean':
      return new Float32Array(images.data.length);
    case 'blurred':
      return blurred(asked, sigma);
    case 'picture': {
      const { baseline: given } = pictures;
      if (given?.length === size) return repeated(given, images.shape[0]);
      const rule = given ? `must have ${size} numbers, it has ${given.length}` : 'is not given';
      throw new OptionError(
        'pictures',
        `the picture 'baseline' ${rule}; give one of ${formatShape([C, H, W])}: { pictures: { baseline: … } } (--baseline-picture FILE)`,
      );
    }
    default: {
      const rng = createRng(seed);
      const mean = meanImage(model.preprocessing, [C, H, W]);
      const scale = channelScale(model.preprocessing, C);
      const pixel = baseline === 'black' ? () => 0 : () => WHITE * rng.uniform();
      const one = Float32Array.from({ length: size }, (_, i) => (pixel() - mean[i]) * scale[Math.floor(i / (H * W))]);
      return repeated(one, images.shape[0]);
    }
  }
}

const repeated = (one: Float32Array, times: number): Float32Array => {
  const all = new Float32Array(one.length * times);
  for (let n = 0; n < times; n++) all.set(one, n * one.length);
  return all;
};

/** Each picture for itself, so that any number needs the memory of one. */
async function blurred({ ctx, images, signal }: Question, sigma: number): Promise<Float32Array> {
  const [N, ...shape] = images.shape;
  const { radius, taps } = gaussianTaps(sigma);
  const tape = createTape();
  const x = tape.leaf('picture', { shape: [1, ...shape], dtype: 'f32' });
  const constants = {
    taps: tape.constant('taps', [taps.length], taps),
    step: tape.constant('step', [1], new Uint32Array(1)),
  };
  const y = tape.apply(blur, { x, ...constants }, { radius, every: 1 });
  using plan = await compile(ctx, tape, { keep: [y], ...(signal && { signal }) });
  const out = new Float32Array(images.data.length);
  for (let n = 0; n < N; n++) {
    plan.write(x, rowOf(images.data, n, N));
    plan.run();
    out.set(await plan.read(y), n * sizeOf(shape));
  }
  return out;
}
