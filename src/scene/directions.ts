// Directions as units: a dictionary of directions of a layer becomes a layer of the net, whose channels are the directions. It is an ordinary
// layer, so whatever asks about units asks about directions too, as in `conv5@nmf:12`.
import { OptionError, UnknownNameError } from '../core/errors.js';
import { type Layer, layerNames, type Model, type WeightData } from '../graph/model.js';
import { op as keepLargest } from '../kernels/keepLargest/index.js';
import { modelHash } from './modelHash.js';
import { openNet } from './openNet.js';
import { outputLayer } from './outputs.js';
import { unitLayers } from './unitLayers.js';

/** What is done to the numbers of directions: nothing, negative ones become 0, or the greatest `topK` of them stay as well. */
export type DirectionActivation = 'linear' | 'relu' | { readonly topK: number };

/**
 * Directions of a layer, with how much of each is in an activation x `[C]`: `f(encoder · (x − mean) + bias)`. What they stand for together is
 * `x ≈ mean + Σ aₖ directionsₖ`.
 */
export interface Dictionary {
  /** The blob that they are directions of, in its final content after in-place layers. */
  readonly layer: string;
  /** What follows the `@`: letters, digits, `-`, `_` and `.`. */
  readonly name: string;
  /** How they were found: `pca`, `nmf`, `ica`, `sae`, or in words. */
  readonly method: string;
  readonly channels: number;
  readonly count: number;
  /** `[count, channels]` */
  readonly directions: Float32Array;
  /** `[channels]`; absent: 0. */
  readonly mean?: Float32Array;
  /** `[count, channels]`; absent: the directions, so that a number is a dot product. */
  readonly encoder?: Float32Array;
  /** `[count]`; absent: 0. */
  readonly bias?: Float32Array;
  readonly activation: DirectionActivation;
  /** A name for each direction. */
  readonly labels?: readonly string[];
  /** The net that they were found in, with its `modelHash`. */
  readonly model?: { readonly name: string; readonly hash?: string };
  /** More that is said in the file, such as how they were found. */
  readonly notes?: Readonly<Record<string, string>>;
}

/** `conv5@nmf`: the layer whose channels are the directions. */
export const directionLayer = ({ layer, name }: Pick<Dictionary, 'layer' | 'name'>): string => `${layer}@${name}`;

/** Names that are no code of a whole layer, such as `fc6@relevance`: one address must not mean two things. */
export const NAME_RULE = /^(?!(mean|max|relevance)$)[\w.-]+$/;

/**
 * The model with a layer for each dictionary, right after the layer that it reads: a 1×1 convolution, or a fully connected layer where there
 * are no maps, and what makes its numbers sparse. All dictionaries are given at once, because each belongs to the model as it was.
 *
 * @throws OptionError for a dictionary of another net, of a layer with other channels or of the net's last layer; UnknownNameError
 */
export async function withDirections(model: Model, dictionaries: readonly Dictionary[]): Promise<Model> {
  const stated = dictionaries.find((one) => one.model?.hash !== undefined)?.model;
  const hash = stated && (await modelHash(model));
  for (const { model: own, layer, name } of dictionaries) {
    if (own?.hash === undefined || hash === undefined || own.hash === hash) continue;
    throw new OptionError(
      'directions',
      `'${layer}@${name}' was found in '${own.name}' (${own.hash.slice(0, 12)}), this net is '${model.name}' (${hash.slice(0, 12)}): ` +
        'directions of one net say nothing of another; find them again',
    );
  }
  return dictionaries.reduce(withOne, model);
}

function withOne(model: Model, dictionary: Dictionary): Model {
  const { layer, channels, activation, count } = dictionary;
  checkDictionary(dictionary);
  const name = directionLayer(dictionary);
  if (layerNames(model).includes(name))
    throw new OptionError('directions', `'${name}' is a layer of '${model.name}' already; call them by another name`);
  const last = model.layers.reduce((found, { output }, i) => (output === layer ? i : found), -1);
  if (last < 0) throw new UnknownNameError('blob', layer, [...new Set(model.layers.map(({ output }) => output))]);
  const { layers: found, without } = unitLayers(model, { layers: [layer] });
  if (without.length > 0)
    throw new OptionError('directions', `layer '${layer}' of '${model.name}' has no units: it ${without[0].reason}`);
  const [{ shape }] = found;
  if (shape[0] !== channels) {
    throw new OptionError(
      'directions',
      `'${name}' is made for ${channels} channels, layer '${layer}' of '${model.name}' has ${shape[0]}`,
    );
  }
  const [w, b] = affine(dictionary);
  const hasMaps = openNet(model, { open: true }).at.final(layer).shape.length === 4;
  const weights = new Map<string, WeightData>([
    ...model.weights,
    [`${name}.w`, { shape: hasMaps ? [count, channels, 1, 1] : [count, channels], dtype: 'f32', data: w }],
    [`${name}.b`, { shape: [count], dtype: 'f32', data: b }],
  ]);
  const own = { name, inputs: [layer], output: name, weights: { w: `${name}.w`, b: `${name}.b` } };
  const behind = (suffix: string, type: string, attrs: Layer['attrs']): Layer => ({
    name: `${name}.${suffix}`,
    type,
    attrs,
    inputs: [name],
    output: name,
    weights: {},
  });
  const added: Layer[] = [
    hasMaps
      ? { ...own, type: 'conv2d', attrs: { stride: [1, 1], pad: [0, 0, 0, 0], dilation: [1, 1], group: 1 } }
      : { ...own, type: 'fc', attrs: { axis: 1 } },
    ...(activation === 'linear' ? [] : [behind('relu', 'relu', { slope: 0 })]),
    ...(typeof activation === 'object' ? [behind('top', 'keepLargest', { k: activation.topK })] : []),
  ];
  const layers = [...model.layers.slice(0, last + 1), ...added, ...model.layers.slice(last + 1)];
  const extended: Model = {
    ...model,
    layers,
    weights,
    ...(typeof activation === 'object' && { ops: { ...model.ops, keepLargest } }),
  };
  if (outputLayer(extended) !== outputLayer(model)) {
    throw new OptionError(
      'directions',
      `'${layer}' is the output of '${model.name}', whose channels are its answers; take a layer before it`,
    );
  }
  return extended;
}

/** `encoder · (x − mean) + bias` as weights and a bias. */
function affine({
  directions,
  encoder = directions,
  mean,
  bias,
  channels,
  count,
}: Dictionary): [Float32Array, Float32Array] {
  const b = Float32Array.from({ length: count }, (_, k) => {
    let sum = bias?.[k] ?? 0;
    for (let c = 0; c < channels; c++) sum -= encoder[k * channels + c] * (mean?.[c] ?? 0);
    return sum;
  });
  return [encoder, b];
}

/** @throws OptionError naming the field */
function checkDictionary(dictionary: Dictionary): void {
  const { name, channels, count, activation, directions, mean, encoder, bias, labels } = dictionary;
  const wrong = (rule: string) => {
    throw new OptionError('directions', rule);
  };
  if (!NAME_RULE.test(name)) {
    wrong(
      `the name must be letters, digits, '-', '_' and '.', and not mean, max or relevance, which are codes of a layer; got '${name}'`,
    );
  }
  if (!(Number.isInteger(count) && count >= 1)) wrong(`needs at least one direction, got ${count}`);
  for (const [field, data, length] of [
    ['directions', directions, count * channels],
    ['mean', mean, channels],
    ['encoder', encoder, count * channels],
    ['bias', bias, count],
  ] as const) {
    if (!data) continue;
    if (data.length !== length) wrong(`'${field}' must hold ${length} numbers, got ${data.length}`);
    const at = data.findIndex((value) => !Number.isFinite(value));
    if (at >= 0) wrong(`'${field}' must be finite, number ${at} is ${data[at]}`);
  }
  if (labels && labels.length !== count) wrong(`has ${labels.length} labels for ${count} directions`);
  if (typeof activation === 'string') return;
  const { topK } = activation;
  if (!(Number.isInteger(topK) && topK >= 1 && topK <= count))
    wrong(`of ${count} directions, top-k must keep from 1 to ${count}, got ${topK}`);
}
