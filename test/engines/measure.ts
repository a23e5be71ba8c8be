// What is compared between engines: an embedded net forward, back, and 20 steps of activation maximization. Runs in Node on
// the sources and in Deno on the built package, so it imports no more than types.
import type { Context, Model } from 'convscope';

/** The part of the library that is used here. */
export type Library = Pick<
  typeof import('convscope'),
  'activations' | 'backProject' | 'createRecipe' | 'layerNames' | 'render'
>;

/** Plain numbers, so that they go from one process to the other. */
export interface Measured {
  /** Every layer's activations. */
  readonly forward: Readonly<Record<string, readonly number[]>>;
  /** With respect to the input, of one channel of the last layer. */
  readonly gradient: readonly number[];
  /** The image after the steps, and the unit's activation before each of them. */
  readonly image: readonly number[];
  readonly climb: readonly number[];
}

export const STEPS = 20;

/** Runs `model` on `input`, an image that was drawn by a seeded generator. */
export async function measure(lib: Library, ctx: Context, model: Model, unit: string, input: Float32Array) {
  const names = lib.layerNames(model);
  const forward = await lib.activations(ctx, model, input, names);
  const [layer, channel] = unit.split(':');
  const { gradient } = await lib.backProject(ctx, model, input, { layer, channel: Number(channel) });
  const recipe = { ...lib.createRecipe({ unit, preset: 'small', seeds: [0, 1] }), steps: STEPS };
  const { images, records } = await lib.render(ctx, model, recipe);
  const measured: Measured = {
    forward: Object.fromEntries([...forward].map(([name, { data }]) => [name, Array.from(data)])),
    gradient: Array.from(gradient.data),
    image: Array.from(images),
    climb: records.flatMap((rows) => rows.map((row) => row.objective)),
  };
  return measured;
}
