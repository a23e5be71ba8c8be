// Statistics of pictures from files, and those that are part of the package.
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { ModelFileError, UnknownNameError } from '../core/errors.js';
import { readStatistics } from '../importers/index.js';
import type { StatisticsByName } from '../scene/space.js';
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

/** The name by which parts ask for the statistics in a file: its own, without its endings. */
export const statisticsName = (spec: string): string => basename(spec).replace(/(\.statistics)?\.safetensors$/i, '');

/** The statistics of the package, and those in further files, by the names by which parts ask for them. @throws ModelFileError */
export async function statisticsByName(...files: readonly string[]): Promise<StatisticsByName> {
  const specs = [...(await embeddedStatistics()), ...files];
  return Object.fromEntries(
    await Promise.all(specs.map(async (spec) => [statisticsName(spec), await loadStatistics(spec)] as const)),
  );
}
