// Which layers of a net have units: blobs with a row for each image, and a channel axis after it.
import { OptionError, ShapeError } from '../core/errors.js';
import { formatShape, type Shape, sameShape, sizeOf } from '../core/shape.js';
import type { Model } from '../graph/model.js';
import { channelAxes } from '../scene/channelAxis.js';
import type { HostTensor } from '../scene/input.js';
import { openNet, type Scene } from '../scene/openNet.js';

/** A layer whose channels are units. */
export interface UnitLayer {
  /** The blob that the layer writes, which holds what it does after in-place layers. */
  readonly layer: string;
  /** `[C, H, W]` of one image; H and W are 1 where a unit has no map. */
  readonly shape: readonly [C: number, H: number, W: number];
}

/** A layer without units, and why. */
export interface LayerWithoutUnits {
  readonly layer: string;
  /** For one image. */
  readonly shape: Shape;
  /** To be read after the layer's name: `has 1 row for 1 image and 1 for 2`. */
  readonly reason: string;
}

/** The layers of a net with units, and those without. */
export interface UnitLayers {
  /** In the order in which the net makes them. */
  readonly layers: readonly UnitLayer[];
  readonly without: readonly LayerWithoutUnits[];
}

/** What `unitLayers` may be told. */
export interface UnitLayersOptions {
  /** The model's side inputs, where they are known; else the sizes in the file are taken. */
  readonly inputs?: Readonly<Record<string, HostTensor>>;
  /** Layers or blobs to ask about; all blobs by default. */
  readonly layers?: readonly string[];
}

/**
 * The layers whose channels are units: the list that the search for top images, the command and the pages share.
 *
 * A layer has units where its blob is `[N, C]` or `[N, C, H, W]` and has a row for each image: its shape for two images differs
 * from that for one in axis 0 alone, 2 against 1.
 *
 * @throws ShapeError for a net that does not fit one image, UnknownNameError
 */
export function unitLayers(model: Model, options: UnitLayersOptions = {}): UnitLayers {
  const { layers, without } = survey(model, options);
  return { layers, without };
}

/** Like `unitLayers` for a search: layers that somebody named must have units. Tells the bytes of one image's largest value. */
export function searchedLayers(
  model: Model,
  options: UnitLayersOptions,
): { readonly layers: readonly UnitLayer[]; readonly bytes: number } {
  const { layers, without, bytes } = survey(model, options);
  if (options.layers && without.length > 0) {
    const [{ layer, reason }] = without;
    throw new ShapeError(`layer '${layer}'`, `it has no units: it ${reason}`);
  }
  if (layers.length === 0) {
    throw new OptionError('layers', `'${model.name}' has none with a row for each image, [N,C] or [N,C,H,W]`);
  }
  return { layers, bytes };
}

function survey(model: Model, options: UnitLayersOptions): UnitLayers & { readonly bytes: number } {
  const one = traced(model, 1, options.inputs);
  const two = traced(model, 2, options.inputs);
  const names = options.layers ?? model.layers.map((l) => l.output);
  const layers: UnitLayer[] = [];
  const without: LayerWithoutUnits[] = [];
  const values = new Map([...new Set(names)].map((layer) => [layer, one.at.final(layer)]));
  const axes = channelAxes(one.tape, one.image);
  for (const [layer, { id, shape }] of values) {
    const reason = reasonAgainst(shape, axes.get(id), () => two.at.final(layer).shape);
    const [, C, H = 1, W = 1] = shape;
    if (reason === undefined) layers.push({ layer, shape: [C, H, W] });
    else without.push({ layer, shape, reason });
  }
  const bytes = one.tape.nodes.reduce((most, { output }) => Math.max(most, sizeOf(output.shape) * 4), 4);
  return { layers, without, bytes };
}

/** Why a blob has no units; undefined where it has. */
function reasonAgainst(shape: Shape, axis: number | undefined, ofTwo: () => Shape): string | undefined {
  const two = shapeOr(ofTwo);
  if (typeof two === 'string') return `takes one image alone (${two})`;
  if (!sameShape(two, [2, ...shape.slice(1)]) || shape[0] !== 1) {
    return `has no row for each image: it is ${formatShape(shape)} for one and ${formatShape(two)} for two`;
  }
  if (shape.length === 4 && axis === 3) return `is ${formatShape(shape)} with its channels last`;
  if (shape.length === 2 || shape.length === 4) return undefined;
  return `is ${formatShape(shape)}, neither [N,C] nor [N,C,H,W]`;
}

/** A net may be made for one image, or for the batch that its side inputs have. */
function shapeOr(shape: () => Shape): Shape | string {
  try {
    return shape();
  } catch (error) {
    if (error instanceof ShapeError) return error.message;
    throw error;
  }
}

function traced(model: Model, batch: number, inputs: UnitLayersOptions['inputs']): Scene {
  return openNet(model, { batch, open: true, ...(inputs && { inputs }) });
}
