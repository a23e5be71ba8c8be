// Statistics of codes from files, and those that are part of the package.
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { ModelFileError, UnknownNameError } from '../core/errors.js';
import { readCodes } from '../importers/index.js';
import type { CodeStatistics } from '../scene/codeNumbers.js';
import { readBytes } from './files.js';

const EMBEDDED = resolve(import.meta.dirname, '..', '..', 'models');
const ENDING = '.codes.safetensors';

/**
 * Reads statistics of codes from a file, or those of the package by their encoder’s name.
 *
 * @throws UnknownNameError with the nearest name; ModelFileError
 */
export async function loadCodes(spec: string): Promise<CodeStatistics> {
  const isName = /^[\w-]+$/.test(spec) && !existsSync(spec);
  const path = isName ? join(EMBEDDED, `${spec}${ENDING}`) : spec;
  if (isName && !existsSync(path)) throw new UnknownNameError('codes', spec, await embeddedCodes());
  try {
    return readCodes(await readBytes(path));
  } catch (error) {
    if (!(error instanceof ModelFileError)) throw error;
    throw new ModelFileError(path, error.message, { cause: error });
  }
}

/** Names of the encoders whose codes the package knows. */
export async function embeddedCodes(): Promise<string[]> {
  const files = await readdir(EMBEDDED);
  return files.flatMap((file) => (file.endsWith(ENDING) ? [basename(file, ENDING)] : [])).sort();
}
