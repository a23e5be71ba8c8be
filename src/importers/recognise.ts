// Recognises well-known nets by their file, weights or layers. Their preprocessing and labels are then known and need not be
// guessed.
import { type Shape, sameShape } from '../core/shape.js';
import { type Model, type Preprocessing, type WeightData, weightsAsF32 } from '../graph/model.js';
import { type Evidence, KNOWN_NETS, type KnownNet, type LabelList, type WeightPrint } from './knownNets.js';

/** Nets that can be recognised, and their class names. */
export interface Known {
  readonly nets: readonly KnownNet[];
  readonly labels: Readonly<Record<LabelList, readonly string[]>>;
}

const CIFAR10 = ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'];
const TINYVGG = [
  'lifeboat',
  'ladybug',
  'pizza',
  'bell pepper',
  'school bus',
  'koala',
  'espresso',
  'red panda',
  'orange',
  'sport car',
];

/** The nets that this package knows. ImageNet's 1000 names are in a separate module, so a page loads them only on demand. */
export async function knownNets(): Promise<Known> {
  const { default: imagenet } = await import('./imagenet.json');
  const digits = Array.from({ length: 10 }, (_, i) => String(i));
  return { nets: KNOWN_NETS, labels: { imagenet, cifar10: CIFAR10, digits, tinyvgg: TINYVGG } };
}

/** A recognised net. */
export interface Recognised {
  readonly net: KnownNet;
  readonly by: keyof Evidence;
  readonly labels?: readonly string[];
}

/**
 * Finds the known net that `model` is; undefined if there is none. Random weights never match.
 *
 * @param sha256 hashes of the model's files, in hexadecimal, if available
 */
export function recogniseNet(model: Model, known: Known, sha256: readonly string[] = []): Recognised | undefined {
  if (model.seeded) return undefined;
  const tests: readonly [keyof Evidence, (evidence: Evidence) => boolean | undefined][] = [
    ['sha256', (e) => e.sha256?.some((hash) => sha256.includes(hash))],
    ['weights', (e) => e.weights && hasNumbers(model, e.weights)],
    ['layers', (e) => e.layers && hasLayers(model, e.layers)],
  ];
  for (const [by, test] of tests) {
    const net = known.nets.find(({ recognise }) => test(recognise));
    // Ten outputs of a common architecture may mean any ten classes. A thousand outputs of a net for ImageNet mean ImageNet's.
    const labels = net?.labels && (by !== 'layers' || net.labels === 'imagenet') ? known.labels[net.labels] : undefined;
    if (net) return { net, by, ...(labels && { labels }) };
  }
  return undefined;
}

/** What the caller or the file states about a net. It takes precedence. */
export interface Said {
  readonly preprocessing?: Partial<Preprocessing>;
  readonly labels?: readonly string[];
}

/** Adds to the model what is known and not stated by its file or by `said`, and a note about what was added. */
export function withKnown(model: Model, found: Recognised, said: Said = {}): Model {
  const { net, by, labels } = found;
  const named = labels && !model.labels && !said.labels && labels.length === classesOf(model) ? { labels } : {};
  const { stated } = model.preprocessing;
  const preprocessing = stated
    ? model.preprocessing
    : { ...model.preprocessing, ...net.preprocessing, ...said.preprocessing, stated: true };
  const applied = [
    ...(stated ? [] : describe(net.preprocessing, said.preprocessing ?? {})),
    ...('labels' in named ? [`${named.labels?.length} class names`] : []),
  ];
  // Everything was stated already, by the caller or by a converted file.
  if (applied.length === 0) return model;
  const way = { sha256: 'its file', weights: 'its weights', layers: 'its layers' }[by];
  const text = [
    `recognised by ${way} as ${net.title}: ${applied.join(', ')}`,
    net.ink && '; it expects white strokes on black',
    net.remark && `; ${net.remark}`,
  ];
  return {
    ...model,
    ...named,
    preprocessing,
    notes: [...(model.notes ?? []), text.filter((part) => part).join('')],
  };
}

/** Describes in words which fields come from the known net. */
function describe(known: KnownNet['preprocessing'], said: Partial<Preprocessing>): string[] {
  const { order, mean, scale } = known;
  const round = (v: number) => String(Number(v.toPrecision(5)));
  const list = (v: readonly number[]) => v.map(round).join(',');
  const scales = typeof scale === 'number' ? [scale] : scale;
  return [
    ...(said.order ? [] : [order === 'gray' ? 'gray' : order.toUpperCase()]),
    ...(said.mean || 'shape' in mean ? [] : [`mean ${list(mean)}`]),
    ...(said.scale || scales.every((s) => s === 1) ? [] : [`scale ${list(scales)}`]),
  ];
}

/** True if all weights have the names and shapes of the architecture. */
const hasLayers = (model: Model, layers: NonNullable<Evidence['layers']>): boolean =>
  Object.entries(layers).every(([key, shape]) => {
    const weight = model.weights.get(key);
    return weight !== undefined && sameShape(weight.shape, shape);
  });

/** Compares the first and the last weight matrix, in the order of the layers. */
function hasNumbers(model: Model, { first, last }: NonNullable<Evidence['weights']>): boolean {
  if (model.weightless) return false;
  const matrices = model.layers.flatMap(({ weights }) => {
    const weight = model.weights.get(weights.w ?? weights.b ?? '');
    return weight && isMatrix(weight.shape) ? [weight] : [];
  });
  return matches(matrices[0], first) && matches(matrices[matrices.length - 1], last);
}

/** More than one number per channel: a bias may be `[C, 1, 1]`. */
const isMatrix = (shape: Shape): boolean => shape.filter((dim) => dim > 1).length >= 2;

/** Tolerance: half-precision weights have three exact digits. */
const DIGITS = 2e-3;

function matches(weight: WeightData | undefined, { shape, starts }: WeightPrint): boolean {
  if (!weight || !sameShape(weight.shape, shape)) return false;
  const data = weightsAsF32(weight);
  return starts.every((v, i) => Math.abs(data[i] - v) <= DIGITS * Math.abs(v));
}

/** The number of outputs of the last layer per image: for a classifier, the classes. */
function classesOf({ layers, weights }: Model): number | undefined {
  const shapes = layers.map((l) => weights.get(l.weights.w ?? '')?.shape ?? []);
  return shapes.filter(isMatrix).at(-1)?.[0];
}
