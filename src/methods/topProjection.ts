// What in its best images a unit responds to: each image's back-projection from the one place of its maximum, cropped to what
// the unit sees (Zeiler & Fergus 2013; the offline pictures of the Deep Visualization Toolbox).
import { attribute } from '../attribute/attribute.js';
import { type Method, rulesOf } from '../attribute/parts.js';
import { startAtPlaces } from '../attribute/start.js';
import { dispose } from '../core/dispose.js';
import { OptionError } from '../core/errors.js';
import { sizeOf, u32 } from '../core/shape.js';
import type { Context } from '../gpu/context.js';
import type { Model } from '../graph/model.js';
import { compile } from '../graph/plan.js';
import type { Region } from '../graph/windows.js';
import { cropMaps, cropRegion } from '../scene/crop.js';
import type { ForwardOptions } from '../scene/forward.js';
import type { HostTensor } from '../scene/input.js';
import { openNet } from '../scene/openNet.js';
import { receptiveFields } from '../scene/receptiveField.js';
import { searchedLayers } from '../scene/unitLayers.js';
import type { TopImage } from './topImages.js';

export interface ProjectorOptions extends ForwardOptions {
  /** How cotangents pass the ops on their way; default `gradient`. */
  readonly mode?: Method;
  /** Let cotangents pass LRN unchanged. */
  readonly ignoreLrn?: boolean;
  /** Images that go through the net at once; by default up to 9, as many as the device can bind. */
  readonly batch?: number;
}

/** One image's back-projection. */
export interface TopProjection extends TopImage {
  /** The activation at `at`, computed again. */
  readonly activation: number;
  /** False where that is not the recorded value: another image, or another preprocessing, than in the search. */
  readonly agrees: boolean;
  /** The crop, in pixels of the net's input. */
  readonly region: Region;
  /** `[C, h, w]`, in the net's channel order; zero outside the image. */
  readonly gradient: HostTensor;
}

/** Projects units of one layer in one mode. Dispose of it to free its memory. */
export interface Projector extends Disposable {
  /** The unit's back-projection in each of `top`'s images, whose inputs are given in the same order. @throws OptionError */
  projectTop(channel: number, top: readonly TopImage[], inputs: readonly Float32Array[]): Promise<TopProjection[]>;
}

const MOST_AT_ONCE = 9;

/**
 * Share by which an activation computed again may differ: batches of other sizes may be summed in another order, which in deep
 * nets shows in the fourth digit.
 */
const AGREEMENT = 1e-3;

/**
 * Prepares the back-projection of a layer's units: one plan for all units and images. The seed is 1 at the place of the
 * maximum and stands after in-place layers, where the maximum was found.
 *
 * @throws UnknownNameError, ShapeError, OptionError, LimitError
 */
export async function createProjector(
  ctx: Context,
  model: Model,
  layer: string,
  options: ProjectorOptions = {},
): Promise<Projector> {
  const { mode = 'gradient', ignoreLrn = false, inputs: sides, signal } = options;
  const { layers, bytes } = searchedLayers(model, { ...options, layers: [layer] });
  const [C, H, W] = layers[0].shape;
  const N = options.batch ?? Math.max(1, Math.min(MOST_AT_ONCE, Math.floor(ctx.traits.maxBindingBytes / bytes)));
  if (!(Number.isInteger(N) && N >= 1)) throw new OptionError('batch', `must be a whole number from 1, got ${N}`);
  const fieldOf = receptiveFields(model, layer);
  const scene = openNet(model, { batch: N, ...(sides && { inputs: sides }) });
  const { tape, image } = scene;
  const places = tape.leaf('places', u32(N));
  const target = startAtPlaces(scene, scene.at.final(layer), places);
  const method = [...rulesOf(mode), ...(ignoreLrn ? ['ignoreLrn' as const] : [])];
  const gradient = attribute(scene, { target, method });
  const activation = target.from;
  const plan = await compile(ctx, tape, { keep: [gradient, activation], ...(signal && { signal }) });
  const size = sizeOf(image.shape) / N;
  const batch = new Float32Array(N * size);
  const placesNow = new Uint32Array(N);

  const indexOf = (channel: number, { at: [y, x] }: TopImage): number => {
    if (!(channel >= 0 && channel < C && y >= 0 && y < H && x >= 0 && x < W)) {
      throw new OptionError('unit', `${layer}:${channel}:${y},${x} is outside layer '${layer}' [${C},${H},${W}]`);
    }
    return (channel * H + y) * W + x;
  };
  return {
    async projectTop(channel, top, inputs) {
      if (inputs.length !== top.length || inputs.some((input) => input.length !== size)) {
        const seen = inputs.map((input) => input.length).join(', ');
        throw new OptionError('inputs', `needs ${top.length} of ${size} numbers each, got ${seen || 'none'}`);
      }
      const projections: TopProjection[] = [];
      for (let from = 0; from < top.length; from += N) {
        const part = top.slice(from, from + N);
        placesNow.set(part.map((t) => indexOf(channel, t)));
        for (const n of part.keys()) batch.set(inputs[from + n], n * size);
        plan.write(image, batch);
        plan.write(places, placesNow);
        plan.run();
        const [gradients, values] = await Promise.all([plan.read(gradient), plan.read(activation)]);
        for (const [n, t] of part.entries()) {
          const data = gradients.subarray(n * size, (n + 1) * size);
          const region = cropRegion(model, fieldOf(...t.at));
          projections.push({
            ...t,
            activation: values[n],
            agrees: Math.abs(values[n] - t.value) <= AGREEMENT * Math.max(Math.abs(t.value), AGREEMENT),
            region,
            gradient: cropMaps({ shape: image.shape.slice(1), data }, region),
          });
        }
      }
      return projections;
    },
    [dispose]: () => plan[dispose](),
  };
}
