// Draws photographs of a toy world from two numbers, with the ground truth for every pixel: a small Broden for training small
// nets and checking what their units have learned. Arithmetic and Math.sqrt are exact everywhere. Math.sin and Math.cos may
// differ between engines in the last bit, which changes a byte by at most one here and there.

import { OptionError } from '../../src/core/errors.js';
import { KINDS } from './objects/index.js';
import { castShadow, createCanvas, develop, paintGroup } from './paint.js';
import { streamOf } from './random.js';
import { composeScene } from './scene.js';

export { VOCABULARY } from './captions.js';
export { COLOURS, type ColourName } from './colours.js';
export { PARTS } from './scene.js';
export { TEXTURES, type TextureName } from './textures.js';

/** The classes, each with its facets (at least one) and the parts it can show. */
export const CLASSES: readonly {
  readonly name: string;
  readonly facets: readonly string[];
  readonly parts: readonly string[];
}[] = KINDS.map(({ name, facets, parts }) => ({ name, facets: facets.map((facet) => facet.name), parts }));

/** A picture of the world with its ground truth. */
export interface WorldImage {
  readonly size: number;
  readonly width: number;
  readonly height: number;
  /** RGBA bytes, `size * size * 4`, alpha 255: what the library calls a Picture's data. */
  readonly data: Uint8ClampedArray<ArrayBuffer>;
  /** Index into CLASSES of the main object, and into its facets. */
  readonly class: number;
  readonly facet: number;
  readonly caption: string;
  /** One byte per pixel: 0 for none, otherwise 1 + index into CLASSES, PARTS, COLOURS, TEXTURES. */
  readonly masks: {
    readonly object: Uint8Array;
    readonly part: Uint8Array;
    readonly colour: Uint8Array;
    readonly texture: Uint8Array;
  };
}

/** What a picture of the world may be told. What is left out is drawn from the seed and the index. */
export interface WorldOptions {
  /** Width and height in pixels, 32 … 256; default 64. The scene is the same at every size. */
  readonly size?: number;
  /** Index into CLASSES. Default: random, uniform. */
  readonly class?: number;
  /** Index into the class's facets. Default: random, uniform. Needs `class`. */
  readonly facet?: number;
  /** Whether a second, smaller object may be next to the main one. Default: random. */
  readonly companion?: boolean;
  /** Whether something may be in front of the main object. Default: random. */
  readonly occluder?: boolean;
}

/** The random stream of the camera's noise. The streams of the scene have smaller numbers. */
const CAMERA = 1000;

/**
 * Image `index` of the world with seed `seed`, both integers from 0 to 2³² − 1. The same numbers give the same picture. Images
 * are independent, so any one can be drawn alone and in any order.
 */
export function worldImage(seed: number, index: number, options: WorldOptions = {}): WorldImage {
  const size = options.size ?? 64;
  whole('seed', seed, 0, 0xffffffff);
  whole('index', index, 0, 0xffffffff);
  whole('size', size, 32, 256);
  if (options.class !== undefined) whole('class', options.class, 0, KINDS.length - 1);
  if (options.facet !== undefined) {
    if (options.class === undefined) {
      throw new OptionError('facet', `needs class beside it, got ${options.facet} and no class`);
    }
    whole('facet', options.facet, 0, KINDS[options.class].facets.length - 1);
  }
  const r = streamOf(seed, index);
  const scene = composeScene(r, options);
  const canvas = createCanvas(size);
  for (const { group, shadow } of scene.groups) {
    if (shadow) castShadow(canvas, group, shadow, scene.light);
    paintGroup(canvas, group, scene.light);
  }
  const { object, part, colour, texture } = canvas;
  return {
    size,
    width: size,
    height: size,
    data: develop(canvas, r.fork(CAMERA)),
    class: scene.class,
    facet: scene.facet,
    caption: scene.caption,
    masks: { object, part, colour, texture },
  };
}

function whole(option: string, value: number, from: number, to: number): void {
  if (!(Number.isInteger(value) && value >= from && value <= to)) {
    throw new OptionError(option, `must be an integer from ${from} to ${to}, got ${value}`);
  }
}
