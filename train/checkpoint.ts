// A checkpoint: all state on the device, the step number, and everything recorded so far. It is one safetensors file, written
// completely or not at all.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ModelFileError, OptionError } from '../src/core/errors.js';
import { formatShape } from '../src/core/shape.js';
import type { Model, WeightData } from '../src/graph/model.js';
import { weightsAsF32 } from '../src/graph/model.js';
import type { Plan } from '../src/graph/plan.js';
import type { Value } from '../src/graph/tape.js';
import { readTensors, writeTensors } from '../src/importers/safetensors.js';
import { writeWhole } from '../src/node/outputs.js';

/** Means over the `every` steps before `step`, and results on held-out images if they were measured then. */
export interface Measured {
  readonly step: number;
  readonly values: Readonly<Record<string, number>>;
}

export interface Checkpoint {
  readonly step: number;
  /** Training time so far, including earlier sessions. */
  readonly seconds: number;
  readonly history: readonly Measured[];
  readonly state: ReadonlyMap<string, Float32Array>;
}

/**
 * A net with its weights from the run of `trainedWith`, in which several nets were trained together.
 *
 * @throws OptionError if there is no such run, or it has not finished
 */
export async function netOfRun(folder: string, trainedWith: string, model: Model, steps: number): Promise<Model> {
  const path = runPath(folder, trainedWith);
  const fix = `train it first: npm run train -- ${trainedWith}`;
  if (!existsSync(path)) throw new OptionError(model.name, `begins as ${path} left it, which is not there; ${fix}`);
  const { tensors, metadata } = readTensors(await readFile(path));
  const step = Number(metadata.get('step'));
  if (step !== steps)
    throw new OptionError(model.name, `begins as ${path} left it, which is at step ${step} of ${steps}; ${fix}`);
  const weights = new Map<string, WeightData>();
  for (const [key, { shape }] of model.weights) {
    const known = tensors.get(`${model.name}/${key}`);
    if (!known || formatShape(known.shape) !== formatShape(shape)) {
      throw new ModelFileError(
        path,
        `has no weights '${key}' ${formatShape(shape)} of ${model.name}; ${fix} -- --fresh`,
      );
    }
    weights.set(key, known);
  }
  return { ...model, weights };
}

/** Of files whose update rules remember gradients of −loss. Files without a version, which are older, have those of the loss. */
const VERSION = '2';
/** Labels of memory that turns its sign with the gradient. */
const TURNS = / (velocity|moment 1)$/;

/** Where the run of a net is stored. */
export const runPath = (folder: string, name: string): string => join(folder, `${name}.safetensors`);

export async function saveCheckpoint(
  path: string,
  plan: Plan,
  state: readonly Value[],
  about: Omit<Checkpoint, 'state'> & { readonly recipe: string },
): Promise<void> {
  const tensors = new Map<string, WeightData>();
  for (const leaf of state) tensors.set(leaf.label, { shape: leaf.shape, dtype: 'f32', data: await plan.read(leaf) });
  const { step, seconds, history, recipe } = about;
  const metadata = {
    version: VERSION,
    step: String(step),
    seconds: String(seconds),
    history: JSON.stringify(history),
    recipe,
  };
  await writeWhole(path, writeTensors(tensors, metadata));
}

/**
 * The run saved at `path`, if there is one.
 *
 * @throws ModelFileError if it belongs to another recipe: no command could reproduce the continued run
 */
export async function loadCheckpoint(path: string, recipe: string): Promise<Checkpoint | undefined> {
  if (!existsSync(path)) return undefined;
  const { tensors, metadata } = readTensors(await readFile(path));
  if (metadata.get('recipe') !== recipe) {
    throw new ModelFileError(
      path,
      `it is a run of another recipe (${metadata.get('recipe')}) than ${recipe}; delete it or start with --fresh`,
    );
  }
  const turned = metadata.get('version') === undefined;
  const numbersOf = (label: string, tensor: WeightData): Float32Array => {
    const data = weightsAsF32(tensor);
    return turned && TURNS.test(label) ? data.map((v) => -v) : data;
  };
  return {
    step: Number(metadata.get('step')),
    seconds: Number(metadata.get('seconds')),
    history: JSON.parse(metadata.get('history') ?? '[]'),
    state: new Map([...tensors].map(([label, tensor]) => [label, numbersOf(label, tensor)])),
  };
}
