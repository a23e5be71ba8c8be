// A pack: what the toolbox shows of a net without computing it. A folder with index.json, sheets of preferred images, and top.json.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { OptionError } from '../../core/errors.js';
import { parseTopImages, type TopImages } from '../../methods/topImages.js';
import type { Encoding } from '../images.js';
import { makeFolder, writeWhole } from '../outputs.js';
import { mergeGallery } from './sheets.js';

/** Quality of sheets: small, and no worse on a screen. */
const QUALITY = 80;

/** What a pack is made of. */
export interface PackOptions {
  /** Folder of the pack. */
  readonly pack: string;
  /** The result of a search for top images, as convscope top writes it. */
  readonly top?: string;
}

/** Checks what a pack is to be made of, before anything is computed. @throws OptionError */
export async function checkPack({ pack, top }: PackOptions): Promise<void> {
  if (top !== undefined) await readTop(top);
  await makeFolder('--pack', pack);
}

/**
 * Makes a pack of the folders of a finished gallery.
 *
 * @throws OptionError where pieces are missing, or the top images are of another net
 */
export async function writePack(
  folders: readonly string[],
  { pack, top }: PackOptions,
  given: Encoding,
): Promise<void> {
  const encoding: Encoding =
    given.extension === '.webp' ? { quality: QUALITY, ...given } : { extension: '.webp', quality: QUALITY };
  const found = top === undefined ? undefined : await readTop(top);
  const { model } = await mergeGallery(folders, pack, encoding, false);
  if (!found) return;
  if (found.model !== model.name)
    throw new OptionError('--top', `${top} is about '${found.model}', and the gallery about '${model.name}'`);
  await writeWhole(join(pack, 'top.json'), JSON.stringify(byIndex(found)));
}

/** Its pictures by their places in the toy world, and numbers as long as anybody reads them. */
function byIndex(top: TopImages): TopImages {
  const index = (id: string | number) => worldIndexOf(id) ?? 0;
  return {
    ...top,
    last: top.last === null ? null : index(top.last),
    layers: top.layers.map((layer) => ({
      ...layer,
      values: layer.values.map((value) => Number(value.toPrecision(6))),
      images: layer.images.map(index),
    })),
  };
}

const worldIndexOf = (id: string | number): number | undefined => {
  const [, index] = /^world:(\d+)$/.exec(String(id)) ?? [];
  return index === undefined ? undefined : Number(index);
};

async function readTop(path: string): Promise<TopImages> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new OptionError('--top', `cannot read ${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
  const top = parseTopImages(text);
  if (!top.complete)
    throw new OptionError('--top', `${path} is an unfinished search; convscope top --resume finishes it`);
  // The toolbox draws these pictures itself. Others are not part of a pack.
  const last = top.scanned - 1;
  if (
    worldIndexOf(top.last ?? '') === last &&
    top.layers.every(({ images }) => images.every((id) => worldIndexOf(id) !== undefined))
  )
    return top;
  throw new OptionError('--top', `${path} must be a search of the toy world from its beginning, such as world:0-1999`);
}
