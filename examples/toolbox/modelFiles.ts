// Reads files as a net, with labels and a mean from the same or later files.
import { classesOf, type Model, type Preprocessing, withDirections } from 'convscope';
import {
  importModel,
  isDictionary,
  knownNets,
  LABEL_ENDINGS,
  loadSafetensors,
  readBinaryproto,
  readDictionary,
  readLabels,
  readNpy,
  recogniseNet,
  withKnown,
} from 'convscope/importers';
import { sha256Of } from './modelCache.js';
import type { NetFile } from './protocol.js';

const hasEnding = (name: string, ...endings: string[]): boolean =>
  endings.some((ending) => name.toLowerCase().endsWith(ending));

/** True for lists of classes. */
export const isLabels = ({ name }: { readonly name: string }): boolean => hasEnding(name, ...LABEL_ENDINGS);

/** True for files that belong to a net but are not one: labels, a mean. */
export const isMore = (file: { readonly name: string }): boolean =>
  isLabels(file) || hasEnding(file.name, '.npy', '.binaryproto');

/** What is given about a net in addition to its files. */
export interface NetGiven {
  /** Replaces the name in the file, if the page uses another one. */
  readonly name?: string;
  readonly preprocessing?: Partial<Preprocessing>;
  /** Height and width, if the file leaves them open. */
  readonly size?: readonly [height: number, width: number];
  /** Fill missing weights with random ones from a seed. The user has asked for this. */
  readonly seeded?: boolean;
  /** Address of a pack of its pictures, if it is not built in; empty: none is wanted. */
  readonly pack?: string;
}

/**
 * Reads the net in `files` with its labels, its mean and directions of its layers, and a hash that identifies its files. A well-known net is recognised, and
 * its known properties are used where nothing else states them.
 *
 * @throws ModelFileError
 */
export async function readNet(
  files: readonly NetFile[],
  { name, preprocessing, size, seeded }: NetGiven = {},
): Promise<{ readonly model: Model; readonly hash: string }> {
  const dictionaries = files.filter(({ name: file, bytes }) => hasEnding(file, '.safetensors') && isDictionary(bytes));
  const nets = files.filter((f) => !isMore(f) && !dictionaries.includes(f));
  const digestsOf = (of: readonly NetFile[]) => Promise.all(of.map(({ bytes }) => sha256Of(new Uint8Array(bytes))));
  const digests = await digestsOf(nets);
  const found = dictionaries.map(({ bytes }) => readDictionary(bytes));
  if (nets.length === 0 && found.length > 0) {
    const of = found.map(({ layer, name: own, model }) => `${layer}@${own}${model ? ` of ${model.name}` : ''}`);
    throw new Error(`These are directions: ${of.join(', ')}. Drop the net's file together with them.`);
  }
  const alone = nets.length === 1 && hasEnding(nets[0].name, '.safetensors');
  const read = alone
    ? await loadSafetensors(nets[0].bytes)
    : importModel(nets, { ...(seeded && { seededWeights: 0 }), ...(size && { size }) });
  const labelled = withMore(name === undefined ? read : { ...read, name }, files.filter(isLabels));
  const known = await withWhatIsKnown(labelled, digests, preprocessing);
  const whole = withMore(
    known,
    files.filter((file) => isMore(file) && !isLabels(file)),
  );
  const model = preprocessing ? withPreprocessing(whole, preprocessing) : whole;
  const all = [...digests, ...(await digestsOf(dictionaries))];
  return {
    model: await withDirections(model, found),
    hash: all.map((digest) => digest.slice(0, DIGITS)).join('-'),
  };
}

/** Number of hexadecimal digits of a hash that are enough to identify a file in a browser. */
const DIGITS = 16;

async function withWhatIsKnown(
  model: Model,
  digests: readonly string[],
  preprocessing: Partial<Preprocessing> | undefined,
): Promise<Model> {
  if (model.preprocessing.stated && model.labels) return model;
  const found = recogniseNet(model, await knownNets(), digests);
  return found ? withKnown(model, found, preprocessing ? { preprocessing } : {}) : model;
}

/**
 * Opens the net again at another size, with everything that was set since. @throws ModelFileError if its file fixes the size
 */
export async function withSize(
  { name, labels, preprocessing }: Model,
  files: readonly NetFile[],
  size: readonly [number, number],
): Promise<Model> {
  const { model } = await readNet(
    files.filter((file) => !isMore(file)),
    { name, size },
  );
  return { ...model, preprocessing, ...(labels && { labels }) };
}

/** A net with the labels and the mean in `files`. @throws ModelFileError */
export function withMore(model: Model, files: readonly NetFile[]): Model {
  let result = model;
  for (const { name, bytes } of files) {
    if (isLabels({ name })) result = { ...result, labels: readLabels(name, bytes, classesOf(result)) };
    else result = withMean(result, name, meanOf(name, bytes));
  }
  return result;
}

/** A mean tells neither the channel order nor the scale. If nobody has said them, the page still asks. */
const withMean = (model: Model, name: string, mean: Preprocessing['mean']): Model => ({
  ...model,
  preprocessing: { ...model.preprocessing, mean },
  ...(!model.preprocessing.stated && { notes: [...(model.notes ?? []), `the mean is that of ${name}`] }),
});

export const withPreprocessing = (model: Model, changed: Partial<Preprocessing>): Model => ({
  ...model,
  preprocessing: { ...model.preprocessing, stated: true, ...changed },
});

function meanOf(name: string, bytes: Uint8Array): Preprocessing['mean'] {
  if (hasEnding(name, '.binaryproto')) return readBinaryproto(bytes);
  const { shape, data } = readNpy(bytes);
  const numbers = Float32Array.from(data, Number);
  return shape.length === 1 ? Array.from(numbers) : { shape, data: numbers };
}
