// Pictures of the toy world: what a class of the embedded nets looks like.
import { CLASSES, type WorldImage, worldImage } from 'convscope/world';

/** Pictures that no embedded net was trained on. */
const SEED = 2;

/** A few pictures of a class of the world, its facets in turn; none for a name that is no class of it. */
export function worldStrip(name: string, count = 6): HTMLCanvasElement[] {
  const index = CLASSES.findIndex((c) => c.name === name);
  if (index < 0) return [];
  const { facets } = CLASSES[index];
  return Array.from({ length: count }, (_, i) =>
    canvasOf(worldImage(SEED, i, { class: index, facet: i % facets.length })),
  );
}

/** A picture on a canvas of its size, named by its caption. */
function canvasOf({ data, width, height, caption }: WorldImage): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  canvas.role = 'img';
  canvas.ariaLabel = caption;
  canvas.title = caption;
  canvas.getContext('2d')?.putImageData(new ImageData(data, width, height), 0, 0);
  return canvas;
}
