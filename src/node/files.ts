// Reads files by paths that come from the user or from a model. A model may come from a stranger.
import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, isAbsolute, join, normalize, relative, sep, win32 } from 'node:path';
import { ConvscopeError, ModelFileError } from '../core/errors.js';

/** Maximum number of names that a message lists for a folder. */
const TOLD = 4;
const NETS = /\.(onnx|safetensors|prototxt|caffemodel)$/i;

/** Reads a file. @throws ConvscopeError that names it */
export async function readBytes(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    const reason = codeOf(error) === 'EISDIR' ? aboutFolder(path) : messageOf(error);
    throw new ConvscopeError('model-file', `cannot read ${path}: ${reason}`, { cause: error });
  }
}

/** Advice for a path that is a folder. */
function aboutFolder(path: string): string {
  const names = readdirSync(path);
  if (names.includes('saved_model.pb')) {
    return 'it is a folder, a TensorFlow SavedModel. Convert the model to ONNX with tf2onnx.';
  }
  const nets = names.filter((name) => NETS.test(name)).sort();
  const told = nets.slice(0, TOLD).map((name) => join(path, name));
  const more = nets.length > TOLD ? ', …' : '';
  return told.length > 0
    ? `it is a folder. Name a file in it: ${told.join(', ')}${more}`
    : 'it is a folder without a net. Name a file.';
}

/**
 * Reads weight files that an ONNX model names. Only regular files in the model's folder or below are allowed. A link is
 * resolved, and its target must be there too. Otherwise a stranger's model could read any file of this machine.
 *
 * If the model itself is reached through a link, both the link's folder and the target's folder count as its own: download
 * caches store a model and its weights as links into one other folder.
 *
 * @throws ModelFileError for a path outside, and for anything but a file; undefined if nothing is there
 */
export function fileBeside(model: string): (location: string) => Uint8Array | undefined {
  return (location) => {
    const refuse = (reason: string): never => {
      throw new ModelFileError('onnx', `the weights file '${printable(location)}' ${reason}`);
    };
    if (location === '' || location.includes('\0')) refuse('has an impossible name');
    if (isAbsolute(location) || win32.isAbsolute(location) || /^[a-z]:/i.test(location)) {
      refuse("has an absolute path; it must lie in the model's folder and be named from there");
    }
    if (isOutside(normalize(location)) || isOutside(win32.normalize(location).replaceAll('\\', '/'))) {
      refuse("lies outside the model's folder; put it beside the model, and name it so in the model");
    }
    try {
      return readInside(
        [realpathSync(dirname(model)), dirname(realpathSync(model))],
        join(dirname(model), location),
        refuse,
      );
    } catch (error) {
      if (error instanceof ConvscopeError) throw error;
      if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined;
      return refuse(`cannot be read: ${messageOf(error)}`);
    }
  };
}

function readInside(folders: readonly string[], path: string, refuse: (reason: string) => never): Uint8Array {
  const real = realpathSync(path);
  if (folders.every((folder) => isOutside(relative(folder, real)))) {
    refuse("is a link that leaves the model's folder; copy the file itself there");
  }
  const found = statSync(real);
  if (found.isDirectory()) refuse('is a folder, not a file');
  // Reading a pipe would block, and a device has no end.
  if (!found.isFile()) refuse('is a pipe or a device, not a file');
  return readFileSync(real);
}

/** True for a relative path that leaves its start folder. */
const isOutside = (path: string): boolean =>
  path === '..' || path.startsWith(`..${sep}`) || path.startsWith('../') || isAbsolute(path);

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined);
const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** A name from a file, without characters that would control a terminal. */
const printable = (name: string): string => name.replace(/\p{Cc}/gu, '?');
