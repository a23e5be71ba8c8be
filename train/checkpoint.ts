// What a run needs to go on where it stopped: all state on the device, the step, and what was recorded so far. One
// safetensors file, written whole or not at all.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { ModelFileError } from '../src/core/errors.js';
import type { WeightData } from '../src/graph/model.js';
import { weightsAsF32 } from '../src/graph/model.js';
import type { Plan } from '../src/graph/plan.js';
import type { Value } from '../src/graph/tape.js';
import { readTensors, writeTensors } from '../src/importers/safetensors.js';
import { writeWhole } from '../src/node/images.js';

/** Means over `every` steps that end before `step`, and figures of held-out images where they were taken. */
export interface Measured {
  readonly step: number;
  readonly values: Readonly<Record<string, number>>;
}

export interface Checkpoint {
  readonly step: number;
  /** Seconds of training so far, over all sittings. */
  readonly seconds: number;
  readonly history: readonly Measured[];
  readonly state: ReadonlyMap<string, Float32Array>;
}

export async function saveCheckpoint(
  path: string,
  plan: Plan,
  state: readonly Value[],
  about: Omit<Checkpoint, 'state'> & { readonly recipe: string },
): Promise<void> {
  const tensors = new Map<string, WeightData>();
  for (const leaf of state) tensors.set(leaf.label, { shape: leaf.shape, dtype: 'f32', data: await plan.read(leaf) });
  const { step, seconds, history, recipe } = about;
  const metadata = { step: String(step), seconds: String(seconds), history: JSON.stringify(history), recipe };
  await writeWhole(path, writeTensors(tensors, metadata));
}

/**
 * The run saved at `path`, if there is one.
 *
 * @throws ModelFileError where it is of another recipe: going on with it would be a run that no command gives
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
  return {
    step: Number(metadata.get('step')),
    seconds: Number(metadata.get('seconds')),
    history: JSON.parse(metadata.get('history') ?? '[]'),
    state: new Map([...tensors].map(([label, data]) => [label, weightsAsF32(data)])),
  };
}
