// Opens a model that was exported for one batch size to any batch size; see ../graph/batch.ts.
import { ConvscopeError } from '../core/errors.js';
import { type Shape, sameShape, sizeBetween, sizeOf } from '../core/shape.js';
import { atBatch, type BatchAxis, type BatchRule, FIRST } from '../graph/batch.js';
import { asSpec } from '../graph/importing.js';
import { type Layer, type Model, type ModelInput, type WeightData, weightsAsF32 } from '../graph/model.js';
import { type Op, variadic } from '../graph/tape.js';
import { inferLayer } from './build.js';

/** The batch rule of every layer's folder. */
const RULES = import.meta.glob<BatchRule>('../kernels/*/import.ts', { eager: true, import: 'batch' });

/** Looks up the op of a layer type. */
type OpOf = (type: string) => Op;

/**
 * Returns the model for any number of images, if its layers keep images apart: attributes that contain the file's batch size
 * are opened, and the image's batch becomes 1. Otherwise returns the model unchanged with `batch`, which says how many images
 * it takes at once and why.
 *
 * `size` is the batch size in the file's shapes. The inputs in `kept` keep their shapes, because the caller gave them.
 */
export function openBatch(model: Model, opOf: OpOf, size: number, kept: ReadonlySet<string>): Model {
  const sides = model.sides ?? [];
  // Side inputs usually have one row per image. A scalar or a table is shared by all images.
  const rows = sides.filter((s) => s.shape[0] === size);
  const attempts = rows.length > 0 ? [rows, []] : [[]];
  let reason = '';
  for (const each of attempts) {
    const found = follow(model, opOf, size, new Set(each.map((s) => s.name)));
    if (typeof found !== 'string') return forOnePicture(found, kept);
    reason ||= found;
  }
  // If images run one by one, each uses its own row.
  const alone = sides.map((s) => ({ ...s, perPicture: rows.includes(s) }));
  return { ...model, batch: { size, reason }, ...(sides.length > 0 && { sides: alone }) };
}

/** A blob that was followed: its shape in the file, and where it has the images. */
interface Followed {
  readonly shape: Shape;
  readonly at?: BatchAxis;
}

function follow(model: Model, opOf: OpOf, size: number, perPicture: ReadonlySet<string>): Model | string {
  const blobs = new Map<string, Followed>([[model.input.name, { shape: model.input.shape, at: FIRST }]]);
  for (const { name, shape } of model.sides ?? []) {
    blobs.set(name, { shape, ...(perPicture.has(name) && { at: FIRST }) });
  }
  const layers: Layer[] = [];
  const weights = new Map(model.weights);
  for (let layer of model.layers) {
    const op = opOf(layer.type);
    let slots = inputsOf(layer, op, blobs, weights);
    const output = outputOf(op, layer, slots);
    const places = Object.fromEntries(Object.entries(slots).flatMap(([slot, { at }]) => (at ? [[slot, at]] : [])));
    if (Object.keys(places).length === 0) {
      blobs.set(layer.output, { shape: output });
      layers.push(layer);
      continue;
    }
    const rule = RULES[`../kernels/${layer.type}/import.ts`];
    const ask = () => {
      const specs = Object.fromEntries(Object.entries(slots).map(([slot, { shape }]) => [slot, asSpec(shape)]));
      return rule?.({ inputs: specs, at: places, output, attrs: layer.attrs, size });
    };
    let batched = ask();
    if (!batched && size > 1) {
      const made = forOneRow(layer, { op, layers, weights, size });
      for (const added of made.added) {
        layers.push(added);
        blobs.set(added.output, { shape: weights.get(added.weights.x)?.shape ?? [] });
      }
      layer = made.layer;
      slots = inputsOf(layer, op, blobs, weights);
      batched = ask();
    }
    if (!batched) return mixing(layer);
    let opened: Layer = { ...layer, ...(batched.attrs !== undefined && { attrs: batched.attrs as Layer['attrs'] }) };
    for (const slot of batched.repeat ?? []) {
      const [like] = Object.keys(places);
      const at = axisIn(slots[slot].shape, batched.at, output);
      const made = repeatLayer(opened, op, { slot, at }, { slot: like, at: places[like] });
      if (!made) return mixing(layer);
      layers.push(made.added);
      blobs.set(made.added.output, { shape: slots[slot].shape, at });
      opened = made.layer;
    }
    blobs.set(layer.output, { shape: output, at: batched.at });
    layers.push(opened);
  }
  const sides = model.sides?.map((s) => ({ ...s, perPicture: perPicture.has(s.name) }));
  const result: Model = { ...model, layers, weights, ...(sides && { sides }) };
  return check(result, opOf, blobs) ?? result;
}

/** Shapes of inputs for a single image, which methods multiply by the batch. */
function forOnePicture(model: Model, kept: ReadonlySet<string>): Model {
  const one = <T extends ModelInput>(input: T, rows: boolean): T =>
    rows && !kept.has(input.name) ? { ...input, shape: [1, ...input.shape.slice(1)] } : input;
  const sides = model.sides?.map((s) => one(s, s.perPicture ?? false));
  return { ...model, input: one(model.input, true), ...(sides && { sides }) };
}

const mixing = ({ name, type }: Layer): string =>
  `layer '${name}' (${type}) may join numbers of several pictures, so they go through one at a time`;

/** Everything that a layer reads, by the op's input names: blobs and weights. */
function inputsOf(
  layer: Layer,
  op: Op,
  blobs: ReadonlyMap<string, Followed>,
  weights: ReadonlyMap<string, WeightData>,
): Record<string, Followed> {
  const values = layer.inputs.map((blob) => blobs.get(blob) ?? { shape: [] });
  const own = op.inputs.filter((slot) => !(slot in layer.weights));
  const read = op.inputs.length === 0 ? variadic(values) : Object.fromEntries(own.map((slot, i) => [slot, values[i]]));
  const kept = Object.entries(layer.weights).map(([slot, key]) => [slot, { shape: weights.get(key)?.shape ?? [] }]);
  return { ...read, ...Object.fromEntries(kept) };
}

const outputOf = (op: Op, { attrs, name }: Layer, slots: Readonly<Record<string, Followed>>): Shape =>
  inferLayer(
    op,
    Object.fromEntries(Object.entries(slots).map(([slot, { shape }]) => [slot, asSpec(shape)])),
    attrs,
    name,
  );

/** Limit for constants that are compared number by number: states and tokens, not weights. */
const MAX_SHARED = 2 ** 20;

/**
 * A file with a fixed batch may repeat a constant for each image. Returns the layer with constants for a single image, and the
 * layers that hold them.
 */
function forOneRow(
  layer: Layer,
  context: {
    readonly op: Op;
    readonly layers: readonly Layer[];
    readonly weights: Map<string, WeightData>;
    readonly size: number;
  },
): { readonly added: Layer[]; readonly layer: Layer } {
  const { layers, weights, size } = context;
  const shared = (key: string): string | undefined => {
    const weight = weights.get(key);
    const row = weight && oneRow(weight, size);
    if (row) weights.set(`${key} of one picture`, row);
    return row && `${key} of one picture`;
  };
  const keys = Object.entries(layer.weights).map(([slot, key]) => [slot, shared(key) ?? key]);
  const added: Layer[] = [];
  const inputs = layer.inputs.map((blob) => {
    const from = layers.find((l) => l.output === blob && l.type === 'identity' && l.inputs.length === 0);
    const key = from && shared(from.weights.x);
    if (!key) return blob;
    const name = `${blob} of one picture`;
    if (!layers.some((l) => l.output === name)) {
      added.push({ name, type: 'identity', attrs: {}, inputs: [], output: name, weights: { x: key } });
    }
    return name;
  });
  return { added, layer: { ...layer, inputs, weights: Object.fromEntries(keys) } };
}

/** If a constant is the same for each of `size` images along the first axis of that length, the part for one image. */
function oneRow(weight: WeightData, size: number): WeightData | undefined {
  const { shape } = weight;
  if (sizeOf(shape) > MAX_SHARED) return undefined;
  const data = weightsAsF32(weight);
  for (const [axis, length] of shape.entries()) {
    if (length !== size) continue;
    const inner = sizeBetween(shape, axis + 1);
    const first = (i: number) => data[i - (Math.floor(i / inner) % size) * inner];
    if (data.some((v, i) => !Object.is(v, first(i)))) continue;
    const kept = data.filter((_, i) => Math.floor(i / inner) % size === 0);
    return { shape: shape.map((d, i) => (i === axis ? 1 : d)), dtype: 'f32', data: kept };
  }
  return undefined;
}

/** The index of an op input among the layer's blobs; −1 if it is a weight. */
function positionOf(layer: Layer, op: Op, slot: string): number {
  if (op.inputs.length === 0) return Number(slot.slice(1));
  return op.inputs.filter((s) => !(s in layer.weights)).indexOf(slot);
}

/** The input axis that broadcasts to the output's axis. */
const axisIn = (shape: Shape, at: BatchAxis, output: Shape): BatchAxis => ({
  ...at,
  axis: at.axis - output.length + shape.length,
});

/** A layer that repeats an input once per image, and the given layer with this input. */
function repeatLayer(
  layer: Layer,
  op: Op,
  shared: { readonly slot: string; readonly at: BatchAxis },
  like: { readonly slot: string; readonly at: BatchAxis },
): { readonly added: Layer; readonly layer: Layer } | undefined {
  const position = positionOf(layer, op, shared.slot);
  if (position < 0) return undefined;
  const blob = layer.inputs[position];
  const output = `${blob} for each picture of ${layer.name}`;
  const attrs = {
    axis: shared.at.axis,
    length: shared.at.inner,
    along: like.at.axis,
    per: like.at.outer * like.at.inner,
  };
  const inputs = [blob, layer.inputs[positionOf(layer, op, like.slot)]];
  return {
    added: { name: output, type: 'repeat', attrs, inputs, output, weights: {} },
    layer: { ...layer, inputs: layer.inputs.map((b, i) => (i === position ? output : b)) },
  };
}

/** Infers every shape at other batch sizes, and checks that the images are where they are expected. */
function check(model: Model, opOf: OpOf, followed: ReadonlyMap<string, Followed>): string | undefined {
  for (const batch of [1, 2, 3]) {
    const last = new Map<string, Followed>(
      [model.input, ...(model.sides ?? [])].map(({ name, shape }) => {
        const blob = followed.get(name);
        return [name, { shape: blob?.at ? atBatch(shape, FIRST, batch) : shape }];
      }),
    );
    // An in-place layer writes its blob again, with the same shape.
    for (const layer of model.layers) {
      const op = opOf(layer.type);
      let shape: Shape;
      try {
        shape = outputOf(op, layer, inputsOf(layer, op, last, model.weights));
      } catch (error) {
        if (error instanceof ConvscopeError) return mixing(layer);
        throw error;
      }
      const blob = followed.get(layer.output);
      if (!blob || !sameShape(shape, atBatch(blob.shape, blob.at, batch))) return mixing(layer);
      last.set(layer.output, { shape });
    }
  }
  return undefined;
}
