// The folder of built-in nets: weights in half precision, a card for each, and an index with sizes and hashes.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { OptionError } from '../src/core/errors.js';
import type { Model } from '../src/graph/model.js';
import { readSafetensors, writeSafetensors } from '../src/importers/safetensors.js';
import { writeWhole } from '../src/node/outputs.js';

export interface Entry {
  readonly name: string;
  readonly file: string;
  /** A one-line description. */
  readonly about: string;
  readonly bytes: number;
  readonly sha256: string;
}

const INDEX = 'index.json';

/** Writes `model` in half precision with its card, and returns it as it will be loaded. */
export async function storeModel(folder: string, model: Model, about: string): Promise<Model> {
  await mkdir(folder, { recursive: true });
  const bytes = writeSafetensors({ ...model, statistics: 'world' }, { f16: true });
  const file = `${model.name}.safetensors`;
  await writeWhole(join(folder, file), bytes);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const others = (await storedModels(folder)).filter((e) => e.name !== model.name);
  const entries = [...others, { name: model.name, file, about, bytes: bytes.length, sha256 }];
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  await writeWhole(join(folder, INDEX), `${JSON.stringify(entries, undefined, 2)}\n`);
  return readSafetensors(bytes);
}

export async function storedModels(folder: string): Promise<Entry[]> {
  const path = join(folder, INDEX);
  return existsSync(path) ? (JSON.parse(await readFile(path, 'utf8')) as Entry[]) : [];
}

/** A net that was trained before. @throws OptionError that says how to train it */
export async function storedModel(folder: string, name: string): Promise<Model> {
  const path = join(folder, `${name}.safetensors`);
  if (!existsSync(path))
    throw new OptionError(name, `is not in ${folder} yet; train it first: npm run train -- ${name}`);
  return readSafetensors(await readFile(path));
}
