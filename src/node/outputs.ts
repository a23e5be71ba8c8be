// Writes files completely or not at all. Problems are reported before anything is computed.
import { access, constants, mkdir, rename, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ConvscopeError, OptionError } from '../core/errors.js';

/**
 * Writes a temporary file next to the target and renames it, so an interrupted run leaves no partial file. @throws
 * ConvscopeError
 */
export async function writeWhole(path: string, data: Uint8Array | string): Promise<void> {
  const temporary = `${path}.${process.pid}.part`;
  try {
    await writeFile(temporary, data);
    await rename(temporary, path);
  } catch (error) {
    throw new ConvscopeError('option', `cannot write ${path}: ${reasonOf(error, path)}`, { cause: error });
  }
}

/** Checks that a file can be written, as far as that can be known. @throws OptionError that names the folder */
export async function checkWritable(option: string, path: string): Promise<void> {
  const folder = dirname(path);
  const [there, target] = await Promise.all([folder, path].map((p) => stat(p).catch(() => undefined)));
  if (!there) throw new OptionError(option, `the folder ${folder} of ${path} does not exist; make it or name another`);
  if (!there.isDirectory()) throw new OptionError(option, `${folder} is a file, ${path} cannot be in it`);
  if (target?.isDirectory()) throw new OptionError(option, `${path} is a folder; name a file`);
  try {
    await access(target ? path : folder, constants.W_OK);
  } catch (error) {
    throw new OptionError(option, `cannot write ${path}: ${reasonOf(error, path)}`);
  }
}

/** Makes a folder and those above it. @throws OptionError */
export async function makeFolder(option: string, path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (error) {
    throw new OptionError(option, `cannot make ${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'it is not permitted',
  EPERM: 'it is not permitted',
  EROFS: 'its disk is read-only',
  ENOSPC: 'its disk is full',
  EISDIR: 'it is a folder',
  ENAMETOOLONG: 'its name is too long',
};

/** The reason why a file cannot be written, without names of temporary files that the user does not know. */
function reasonOf(error: unknown, path: string): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'ENOENT' || code === 'ENOTDIR') return `there is no folder ${dirname(path)}`;
  return REASONS[code] ?? (code || (error instanceof Error ? error.message : String(error)));
}
