// Activations of named layers, and classification.
import { NotFiniteError, OptionError } from '../core/errors.js';
import { formatShape, sizeOf } from '../core/shape.js';
import type { Context } from '../gpu/context.js';
import type { Model } from '../graph/model.js';
import { compile } from '../graph/plan.js';
import { batchOf, type HostTensor } from './input.js';
import { openNet } from './openNet.js';
import { outputLayer } from './outputs.js';

/** What a forward pass may be told. */
export interface ForwardOptions {
  /** The model's side inputs, by name. */
  readonly inputs?: Readonly<Record<string, HostTensor>>;
  readonly signal?: AbortSignal;
}

/**
 * Activations of `names` for `input`, a flat batch in the net's input layout (any number of images).
 *
 * @throws UnknownNameError, ShapeError, LimitError
 */
export async function activations(
  ctx: Context,
  model: Model,
  input: Float32Array,
  names: readonly string[],
  options: ForwardOptions = {},
): Promise<Map<string, HostTensor>> {
  const batch = batchOf(input, model.input.shape);
  if (!Number.isInteger(batch) || batch < 1) {
    const size = sizeOf(model.input.shape.slice(1));
    throw new OptionError(
      'input',
      `needs a multiple of ${size} numbers for ${formatShape(model.input.shape)}, got ${input.length}`,
    );
  }
  const { tape, image, at } = openNet(model, { batch, ...(options.inputs && { inputs: options.inputs }) });
  const values = names.map((name) => at(name));
  using plan = await compile(ctx, tape, { keep: values, ...(options.signal && { signal: options.signal }) });
  plan.write(image, input);
  plan.run();
  const result = new Map<string, HostTensor>();
  for (const [i, name] of names.entries()) {
    result.set(name, { shape: values[i].shape, data: await plan.read(values[i]) });
  }
  return result;
}

/** A class and its probability, from 0 to 1. */
export interface Guess {
  readonly index: number;
  readonly label: string;
  readonly probability: number;
}

/** The most probable classes of each image of a batch, best first. @throws NotFiniteError */
export async function classify(
  ctx: Context,
  model: Model,
  input: Float32Array,
  top = 5,
  options: ForwardOptions = {},
): Promise<Guess[][]> {
  if (model.partial) {
    throw new OptionError(
      'model',
      `the end of '${model.name}' is left out because it is not supported, so its last layer names no classes. If a layer of it does, ` +
        'name that one with until (--until LAYER)',
    );
  }
  const name = outputLayer(model);
  const output = (await activations(ctx, model, input, [name], options)).get(name);
  if (!output) throw new OptionError('model', `'${name}' gave no output`);
  return guessesOf(model, name, output, top);
}

/** The most probable classes by a classifier's output `[N, classes]`. @throws NotFiniteError */
export function guessesOf(model: Model, name: string, output: HostTensor, top: number): Guess[][] {
  const [batch] = output.shape;
  const classes = output.data.length / batch;
  return Array.from({ length: batch }, (_, n) => {
    const scores = output.data.subarray(n * classes, (n + 1) * classes);
    if (scores.some((v) => !Number.isFinite(v)))
      throw new NotFiniteError(`'${name}' holds NaN or infinity for image ${n}.`);
    const order = Array.from(scores.keys()).sort((a, b) => scores[b] - scores[a] || a - b);
    return order
      .slice(0, top)
      .map((index) => ({ index, label: model.labels?.[index] ?? `class ${index}`, probability: scores[index] }));
  });
}
