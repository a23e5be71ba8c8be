// Files of directions, as the command names them: `nmf.safetensors`, or `conv5@mine=directions.npy` where a file does not say it itself.
import { basename } from 'node:path';
import { ModelFileError } from '../core/errors.js';
import type { Model } from '../graph/model.js';
import { readDictionary } from '../importers/index.js';
import { type Dictionary, withDirections } from '../scene/directions.js';
import { readBytes } from './files.js';

/** Reads one file of directions. @throws ModelFileError, OptionError naming the file */
export async function loadDictionary(spec: string): Promise<Dictionary> {
  const [, layer, name, path = spec] = /^([^=]+)@([\w.-]+)=(.+)$/.exec(spec) ?? [];
  const bytes = await readBytes(path);
  try {
    return readDictionary(bytes, { ...(layer !== undefined && { layer }), ...(name !== undefined && { name }) });
  } catch (error) {
    if (error instanceof ModelFileError) throw new ModelFileError(basename(path), error.message, { cause: error });
    throw error;
  }
}

/** The model with a layer for each file of directions. @throws ModelFileError, OptionError, UnknownNameError */
export async function withDirectionFiles(model: Model, specs: readonly string[]): Promise<Model> {
  return withDirections(model, await Promise.all(specs.map(loadDictionary)));
}
