// Statistics of pictures from files, and those that are part of the package.
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { ModelFileError, UnknownNameError } from '../core/errors.js';
import { readStatistics } from '../importers/index.js';
import type { ImageStatistics } from '../scene/statistics.js';
import { readBytes } from './files.js';

const EMBEDDED = resolve(import.meta.dirname, '..', '..', 'models');
const ENDING = '.statistics.safetensors';

/** Names of the statistics that are part of the package: `natural` of photographs, `world` of the toy world. */
export async function embeddedStatistics(): Promise<string[]> {
  const files = await readdir(EMBEDDED);
  return files.flatMap((file) => (file.endsWith(ENDING) ? [basename(file, ENDING)] : [])).sort();
}

/**
 * Reads the statistics of pictures in a file, or those of the package by their name.
 *
 * @throws UnknownNameError with the nearest name; ModelFileError
 */
export async function loadStatistics(spec: string): Promise<ImageStatistics> {
  const isName = /^[\w-]+$/.test(spec) && !existsSync(spec);
  const path = isName ? join(EMBEDDED, `${spec}${ENDING}`) : spec;
  if (isName && !existsSync(path)) throw new UnknownNameError('statistics', spec, await embeddedStatistics());
  try {
    return readStatistics(await readBytes(path));
  } catch (error) {
    if (!(error instanceof ModelFileError)) throw error;
    throw new ModelFileError(path, error.message, { cause: error });
  }
}
