// The pictures that results name: those of the toy world are drawn, those of the folder and of public addresses are loaded. The others stay
// where the command found them, and the page says so.
import type { Picture } from 'convscope';
import { worldImage } from 'convscope/world';
import { decodePicture, pixelsOf } from '../shared/decode.js';
import type { ResultFolder } from './resultFolder.js';

/** The toy world of the commands. */
const WORLD_SEED = 2;
/** Larger pictures are reduced: no net looks at more. */
const MOST = 1024;

/** A picture by the name that a command gave it. @throws Error that says why the browser does not have it */
export async function namedPicture(folder: ResultFolder, name: string | number): Promise<Picture> {
  const [, index] = /^(?:world:)?(\d+)$/.exec(String(name)) ?? [];
  if (index !== undefined) return worldImage(WORLD_SEED, Number(index));
  const path = String(name);
  if (/\.(tar|tar\.gz|tgz)\/|\.parquet#\d+$/i.test(path))
    throw new Error(`${path} is in an archive, which the page does not read`);
  const { bitmap } = await decodePicture(await blobOf(folder, path), path);
  const factor = Math.min(1, MOST / Math.max(bitmap.width, bitmap.height));
  const [width, height] = [bitmap.width, bitmap.height].map((side) => Math.max(1, Math.round(side * factor)));
  const pixels = pixelsOf(bitmap, width, height);
  bitmap.close();
  return pixels;
}

async function blobOf(folder: ResultFolder, path: string): Promise<Blob> {
  if (/^https?:/i.test(path)) {
    const response = await fetch(path).catch(() => undefined);
    if (!response)
      throw new Error(`${path} cannot be fetched: its server does not answer, or does not allow other sites`);
    if (!response.ok) throw new Error(`${path}: ${response.status} ${response.statusText}`);
    return response.blob();
  }
  const own = folder.paths ? longest(folder.paths, path) : undefined;
  if (own !== undefined) return (await folder.read(own)) ?? new Blob();
  const isRelative = !/^([/\\]|[a-z]:)|(^|[/\\])\.\.([/\\]|$)/i.test(path);
  const fetched = folder.paths || !isRelative ? undefined : await folder.read(path);
  if (fetched) return fetched;
  throw new Error(`${path} is on the machine of the command; put it into the folder of the results to see it`);
}

/** The file whose path shares the most with the end of `path`, its name at least. Of two that share as much, none. */
function longest(paths: readonly string[], path: string): string | undefined {
  const wanted = path.split(/[/\\]/).reverse();
  let best: { readonly path?: string; readonly shared: number } = { shared: 0 };
  for (const one of paths) {
    const parts = one.split('/').reverse();
    let shared = 0;
    while (shared < parts.length && parts[shared] === wanted[shared]) shared++;
    if (shared > best.shared) best = { path: one, shared };
    else if (shared > 0 && shared === best.shared) best = { shared };
  }
  return best.path;
}
