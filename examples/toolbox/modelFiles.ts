// Files as a net: the net's own, and what comes with it or after it: labels, a mean.
import { classesOf, type Model, type Preprocessing } from 'convscope';
import { importModel, LABEL_ENDINGS, loadSafetensors, readBinaryproto, readLabels, readNpy } from 'convscope/importers';
import type { NetFile } from './protocol.js';

const hasEnding = (name: string, ...endings: string[]): boolean =>
  endings.some((ending) => name.toLowerCase().endsWith(ending));

/** True for lists of classes. */
export const isLabels = ({ name }: { readonly name: string }): boolean => hasEnding(name, ...LABEL_ENDINGS);

/** True for files that say more of a net without being one: labels, a mean. */
export const isMore = (file: { readonly name: string }): boolean =>
  isLabels(file) || hasEnding(file.name, '.npy', '.binaryproto');

/** What is said of a net beside its files. */
export interface NetGiven {
  /** In place of the file's own, where the page knows it under another. */
  readonly name?: string;
  readonly preprocessing?: Partial<Preprocessing>;
  /** Height and width, where the file leaves them open. */
  readonly size?: readonly [height: number, width: number];
  /** Draw the weights that the files do not hold, from a seed: asked for by a person who knows that nothing was learned. */
  readonly seeded?: boolean;
}

/** The net in `files`, with the labels and the mean among them. @throws ModelFileError */
export async function readModel(
  files: readonly NetFile[],
  { name, preprocessing, size, seeded }: NetGiven = {},
): Promise<Model> {
  const nets = files.filter((f) => !isMore(f));
  const alone = nets.length === 1 && hasEnding(nets[0].name, '.safetensors');
  const model = alone
    ? await loadSafetensors(nets[0].bytes)
    : importModel(nets, { ...(seeded && { seededWeights: 0 }), ...(size && { size }) });
  const whole = withMore(name === undefined ? model : { ...model, name }, files.filter(isMore));
  return preprocessing ? withPreprocessing(whole, preprocessing) : whole;
}

/** The net once more at another size, with what was said of it since. @throws ModelFileError where its file fixes the size */
export async function withSize(
  { name, labels, preprocessing }: Model,
  files: readonly NetFile[],
  size: readonly [number, number],
): Promise<Model> {
  const model = await readModel(
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
    else result = withPreprocessing(result, { mean: meanOf(name, bytes) });
  }
  return result;
}

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

/** Tells one net's files from another's. */
export async function hashOf(files: readonly NetFile[]): Promise<string> {
  const digests = await Promise.all(
    files.filter((f) => !isMore(f)).map(({ bytes }) => crypto.subtle.digest('SHA-256', new Uint8Array(bytes))),
  );
  return digests
    .map((d) => Array.from(new Uint8Array(d, 0, 8), (b) => b.toString(16).padStart(2, '0')).join(''))
    .join('-');
}
