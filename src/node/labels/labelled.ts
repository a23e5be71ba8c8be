// Labelled pictures as the command names them: a folder, or a part of the toy world.
import { readdir } from 'node:fs/promises';
import { CLASSES, COLOURS, PARTS, TEXTURES, worldImage } from '../../../train/world/index.js';
import { OptionError } from '../../core/errors.js';
import type { Concept, LabelledSet } from '../../scene/labels.js';
import { WORLD_SEED } from '../commands/inputs.js';
import { listImages } from '../sources/list.js';
import { WORLD } from '../sources/names.js';
import { openBroden } from './broden.js';
import { LAYOUT, openSegmentation } from './segmentation.js';

/** @throws OptionError, ImageError naming what does not fit and what to do */
export async function openLabelled(source: string): Promise<LabelledSet> {
  if (WORLD.test(source)) return worldSet(source);
  const files = await readdir(source).catch(() => undefined);
  if (!files) {
    throw new OptionError(
      '--concepts',
      `must be world:0-1999 or a folder of labelled pictures, '${source}' is none; a folder has ${LAYOUT}, or Broden's index.csv and label.csv`,
    );
  }
  return files.includes('index.csv') ? openBroden(source, files) : openSegmentation(source, files);
}

/** The truth masks of the world, which draws any picture together with them. */
async function worldSet(source: string): Promise<LabelledSet> {
  const kinds = [
    ['object', CLASSES.map(({ name }) => name)],
    ['part', PARTS],
    ['colour', COLOURS],
    ['texture', TEXTURES],
  ] as const;
  const concepts = kinds.flatMap(([category, names]) => [...names].map((name): Concept => ({ category, name })));
  let before = 0;
  const firsts = kinds.map(([, names]) => {
    const first = before;
    before += names.length;
    return first;
  });
  const ids = await listImages([source]);
  return {
    source,
    concepts,
    images: ids.map((id) => ({
      id,
      async load() {
        const { width, height, data, masks } = worldImage(WORLD_SEED, Number(WORLD.exec(id)?.[1]));
        const labels = kinds.map(([category], k) => [{ width, height, data: moved(masks[category], firsts[k]) }]);
        return { picture: { width, height, data }, labels };
      },
    })),
  };
}

/** Numbers of one category's concepts as those of all concepts. */
function moved(mask: Uint8Array, first: number): Uint16Array {
  const all = new Uint16Array(mask.length);
  for (let i = 0; i < mask.length; i++) if (mask[i] > 0) all[i] = first + mask[i];
  return all;
}
