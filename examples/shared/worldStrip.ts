// Pictures of the toy world that show a class of the built-in nets.
import type { Picture } from 'convscope';
import { CLASSES, worldImage } from 'convscope/world';

/** No built-in net was trained on this seed. */
const SEED = 2;

/** A few pictures of a class of the world, alternating between its facets. Empty for a name that is not a class. */
export function worldStrip(name: string, count = 6): HTMLCanvasElement[] {
  const index = CLASSES.findIndex((c) => c.name === name);
  if (index < 0) return [];
  const { facets } = CLASSES[index];
  return Array.from({ length: count }, (_, i) => {
    const image = worldImage(SEED, i, { class: index, facet: i % facets.length });
    return canvasOf(image, image.caption);
  });
}

/** A picture on a canvas of its size. */
export function canvasOf({ data, width, height }: Picture, name: string): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  canvas.role = 'img';
  canvas.ariaLabel = name;
  canvas.title = name;
  canvas.getContext('2d')?.putImageData(new ImageData(new Uint8ClampedArray(data), width, height), 0, 0);
  return canvas;
}
