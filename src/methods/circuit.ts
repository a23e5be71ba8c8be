// What a unit is made of, and what is made of it: the weights between it and units of other layers, with everything between them taken as
// linear (Olah et al. 2020, Zoom In; Voss et al. 2021, Visualizing Weights). Between layers that follow each other these are the net's own
// weights.
import { attributeTo } from '../attribute/attribute.js';
import { between } from '../attribute/layer.js';
import { checkLinear, type LinearPooling, linearRule } from '../attribute/linear.js';
import { startAtPlaces } from '../attribute/start.js';
import { OptionError } from '../core/errors.js';
import { formatShape, sizeBetween, u32 } from '../core/shape.js';
import type { Context } from '../gpu/context.js';
import { type Model, makerOf, makersOf } from '../graph/model.js';
import { compile } from '../graph/plan.js';
import { unitsOf } from '../scene/channelAxis.js';
import type { ForwardOptions } from '../scene/forward.js';
import { openNet } from '../scene/openNet.js';
import { formatUnit, locateUnit, parseUnit, type UnitAddress } from '../scene/unit.js';

/** What is asked about weights between layers. */
export interface WeightsOptions extends ForwardOptions {
  /** A maximum over a window as its mean (default), or by the places where `image` has it. */
  readonly pooling?: LinearPooling;
  /** `[C, H, W]` in the net's input layout, for `switches`. */
  readonly image?: Float32Array;
}

/** Weights from units of one layer to an earlier one. */
export interface ExpandedWeights {
  /** The earlier layer. */
  readonly layer: string;
  /** Of its map, where there are weights: the same part for all units. */
  readonly window: { readonly top: number; readonly left: number; readonly height: number; readonly width: number };
  readonly channels: number;
  /** `[units, channels, height, width]` */
  readonly weights: Float32Array;
}

/** The weights between a unit and one unit of another layer. */
export interface Connection {
  readonly unit: string;
  /** Root of the sum of squares: how strong it is. */
  readonly norm: number;
  /** Whether it excites or inhibits, all places together. */
  readonly sum: number;
  /** `[height, width]` */
  readonly weights: Float32Array;
}

/** The strongest connections between a unit and another layer. */
export interface Connections {
  readonly layer: string;
  readonly window: ExpandedWeights['window'];
  /** Units of the layer. */
  readonly of: number;
  /** The strongest first. */
  readonly units: readonly Connection[];
  /** Share of the squares of all weights that these have. */
  readonly share: number;
}

/** What `circuit` may be told. */
export interface CircuitOptions extends WeightsOptions {
  /** `layer:channel[:y,x]`; the centre of the map unless a place is given. */
  readonly unit: string | UnitAddress;
  /** Earlier layers; default what the unit's weights are applied to. */
  readonly to?: readonly string[];
  /** Later layers; default those whose weights are applied to the unit's layer. Empty: none. */
  readonly from?: readonly string[];
  /** Connections with each layer; default 12. */
  readonly count?: number;
}

/** A unit between earlier and later layers. */
export interface Circuit {
  readonly unit: string;
  readonly pooling: LinearPooling;
  readonly inputs: readonly Connections[];
  readonly outputs: readonly Connections[];
}

/** Units that go back at once. */
const AT_ONCE = 32;

/**
 * The strongest connections of a unit.
 *
 * @throws UnsupportedLayersError for layers that are neither linear nor passed as if they were; OptionError, UnknownNameError, ShapeError
 */
export async function circuit(ctx: Context, model: Model, options: CircuitOptions): Promise<Circuit> {
  const { count = 12, pooling = 'average' } = options;
  if (!(Number.isInteger(count) && count >= 1))
    throw new OptionError('count', `must be a whole number from 1, got ${count}`);
  const address = typeof options.unit === 'string' ? parseUnit(options.unit) : options.unit;
  const { to = [sourceOf(model, address.layer)], from = readersOf(model, address.layer) } = options;
  const inputs: Connections[] = [];
  for (const layer of to) {
    const found = await expandedWeights(ctx, model, [address], layer, options);
    const kernels = Array.from({ length: found.channels }, (_, channel) => ({ layer, channel }));
    inputs.push(strongest(layer, found, kernels, count));
  }
  const outputs: Connections[] = [];
  for (const layer of from) {
    const units = channelsOf(model, layer, options).map((channel): UnitAddress => ({ layer, channel }));
    const found = await expandedWeights(ctx, model, units, address.layer, options);
    if (address.channel >= found.channels)
      throw new OptionError(
        'unit',
        `channel ${address.channel} is outside layer '${address.layer}' of ${found.channels}`,
      );
    const size = found.window.height * found.window.width;
    const own = units.map((_, n) => {
      const at = (n * found.channels + address.channel) * size;
      return found.weights.subarray(at, at + size);
    });
    const weights = new Float32Array(units.length * size);
    for (const [n, row] of own.entries()) weights.set(row, n * size);
    outputs.push(strongest(layer, { ...found, weights }, units, count));
  }
  return { unit: formatUnit(address), pooling, inputs, outputs };
}

/**
 * The weights from `units`, all of one layer, to every number of an earlier `layer` in its final content after in-place layers, or to the
 * image by its input's name.
 *
 * @throws UnsupportedLayersError, OptionError, UnknownNameError, ShapeError
 */
export async function expandedWeights(
  ctx: Context,
  model: Model,
  units: readonly UnitAddress[],
  layer: string,
  options: WeightsOptions = {},
): Promise<ExpandedWeights> {
  const { pooling = 'average', image, inputs, signal } = options;
  const [first] = units;
  if (!first || units.some((unit) => unit.layer !== first.layer))
    throw new OptionError(
      'units',
      `must be of one layer, got ${units.map((unit) => formatUnit(unit)).join(', ') || 'none'}`,
    );
  const N = Math.min(AT_ONCE, units.length);
  const scene = openNet(model, { batch: N, ...(inputs && { inputs }) });
  const { tape } = scene;
  const target = unitsOf(tape, scene.image, first.layer, scene.at(first.layer));
  const earlier = layer === model.input.name ? scene.image : scene.at.final(layer);
  if (between(tape, earlier, target).length === 0) {
    throw new OptionError('to', `'${layer}' does not lead to '${first.layer}'; name a layer before it`);
  }
  if (earlier.shape.length !== 4 && earlier.shape.length !== 2)
    throw new OptionError('to', `'${layer}' ${formatShape(earlier.shape)} must be [N,C] or [N,C,H,W]`);
  checkLinear(scene, earlier, target);
  if (pooling === 'switches' && !image)
    throw new OptionError('image', 'is needed: a maximum is at other places in each picture');
  const size = sizeBetween(scene.image.shape, 1);
  if (image && image.length !== size)
    throw new OptionError(
      'image',
      `needs ${size} numbers for ${formatShape(scene.image.shape.slice(1))}, got ${image.length}`,
    );
  const indices = units.map((unit) => locateUnit(unit, target.shape).index);
  const places = tape.leaf('units', u32(N));
  const start = startAtPlaces(scene, target, places);
  const [cotangent] = attributeTo(scene, { target: start, method: linearRule(pooling) }, [earlier]);
  using plan = await compile(ctx, tape, { keep: [cotangent], ...(signal && { signal }) });
  if (plan.uses(scene.image)) {
    const pictures = new Float32Array(N * size);
    if (image) for (let n = 0; n < N; n++) pictures.set(image, n * size);
    plan.write(scene.image, pictures);
  }
  const [, C, H = 1, W = 1] = earlier.shape;
  const all = new Float32Array(units.length * C * H * W);
  for (let at = 0; at < units.length; at += N) {
    signal?.throwIfAborted();
    // The last rows of the last batch are the last unit again.
    plan.write(
      places,
      Uint32Array.from({ length: N }, (_, n) => indices[Math.min(at + n, units.length - 1)]),
    );
    plan.run();
    const rows = await plan.read(cotangent);
    all.set(rows.subarray(0, Math.min(N, units.length - at) * C * H * W), at * C * H * W);
  }
  return { layer, channels: C, ...cropped(all, units.length * C, H, W) };
}

/** The part of maps `[n, H, W]` outside of which all are zero. */
function cropped(maps: Float32Array, n: number, H: number, W: number): Pick<ExpandedWeights, 'window' | 'weights'> {
  let [top, left, bottom, right] = [H, W, 0, 0];
  for (const [i, value] of maps.entries()) {
    if (value === 0) continue;
    const [y, x] = [Math.floor(i / W) % H, i % W];
    [top, left, bottom, right] = [Math.min(top, y), Math.min(left, x), Math.max(bottom, y + 1), Math.max(right, x + 1)];
  }
  if (bottom === 0) [top, left, bottom, right] = [0, 0, H, W];
  const [height, width] = [bottom - top, right - left];
  const weights = new Float32Array(n * height * width);
  for (let k = 0; k < n; k++) {
    for (let y = 0; y < height; y++) {
      const from = (k * H + top + y) * W + left;
      weights.set(maps.subarray(from, from + width), (k * height + y) * width);
    }
  }
  return { window: { top, left, height, width }, weights };
}

function strongest(
  layer: string,
  { window, weights }: Pick<ExpandedWeights, 'window' | 'weights'>,
  units: readonly UnitAddress[],
  count: number,
): Connections {
  const size = window.height * window.width;
  const all = units.map((unit, k): Connection => {
    const own = weights.slice(k * size, (k + 1) * size);
    return {
      unit: formatUnit(unit),
      norm: Math.sqrt(own.reduce((sum, value) => sum + value * value, 0)),
      sum: own.reduce((sum, value) => sum + value, 0),
      weights: own,
    };
  });
  const whole = all.reduce((sum, { norm }) => sum + norm * norm, 0);
  const first = all
    .map((connection, k) => ({ connection, k }))
    .sort((a, b) => b.connection.norm - a.connection.norm || a.k - b.k)
    .slice(0, count)
    .map(({ connection }) => connection);
  const kept = first.reduce((sum, { norm }) => sum + norm * norm, 0);
  return { layer, window, of: units.length, units: first, share: whole > 0 ? kept / whole : 0 };
}

/** The blob that the weights of a layer are applied to; behind a ReLU or the like those before it. @throws OptionError */
function sourceOf(model: Model, layer: string): string {
  const makers = makersOf(model);
  let index = makerOf(model, layer);
  while (index !== undefined) {
    if (Object.keys(model.layers[index].weights).length > 0) return model.layers[index].inputs[0];
    if (makers[index].length !== 1) break;
    [index] = makers[index];
  }
  throw new OptionError('to', `'${layer}' has no weights of its own; name an earlier layer`);
}

/** The layers whose weights are applied to a layer, with nothing but layers without weights between. */
function readersOf(model: Model, layer: string): readonly string[] {
  const makers = makersOf(model);
  const maker = makerOf(model, layer);
  if (maker === undefined) return [];
  const reached = new Set([maker]);
  const found: string[] = [];
  for (const [i, { name, weights }] of model.layers.entries()) {
    if (!makers[i].some((own) => reached.has(own))) continue;
    if (Object.keys(weights).length > 0) found.push(name);
    else reached.add(i);
  }
  return found;
}

function channelsOf(model: Model, layer: string, { inputs }: WeightsOptions): number[] {
  const { tape, image, at } = openNet(model, { open: true, ...(inputs && { inputs }) });
  const [, C] = unitsOf(tape, image, layer, at(layer)).shape;
  return Array.from({ length: C }, (_, channel) => channel);
}
