// World images as training data. They are drawn once and cached. Their order and augmentation are functions of the seed and the
// step.
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Preprocessing } from '../src/graph/model.js';
import { cachedFolder, cacheRoot } from '../src/node/cache.js';
import { CLASSES, worldImage } from './world/index.js';
import { streamOf } from './world/random.js';

/** Images in memory, with their ground truth. */
export interface ImageSet {
  readonly name: string;
  readonly length: number;
  /** Pixels per side. */
  readonly size: number;
  /** RGB bytes, pixel by pixel, image after image. */
  readonly pixels: Uint8Array;
  readonly classes: Uint8Array;
  readonly facets: Uint8Array;
  readonly captions: readonly string[];
  readonly labels: readonly string[];
}

export interface ImageSetOptions {
  /** Called with the number of images drawn so far. */
  readonly onProgress?: (drawn: number) => void;
  readonly signal?: AbortSignal;
}

const SIZE = 64;
/** Number of images that are drawn again to check that a cached set matches the current world. */
const PROBES = 5;

/** Images 0 … length−1 of the world with a seed. */
export async function worldSet(seed: number, length: number, options: ImageSetOptions = {}): Promise<ImageSet> {
  const name = `world-${seed}-${length}`;
  const folder = await cachedFolder(name, async (target) => {
    const set = await draw(name, seed, length, options);
    await writeFile(join(target, 'pixels'), set.pixels);
    await writeFile(join(target, 'classes'), set.classes);
    await writeFile(join(target, 'facets'), set.facets);
    await writeFile(join(target, 'captions.json'), JSON.stringify(set.captions));
  });
  const bytes = async (file: string) => new Uint8Array(await readFile(join(folder, file)));
  const set = {
    name,
    length,
    size: SIZE,
    pixels: await bytes('pixels'),
    classes: await bytes('classes'),
    facets: await bytes('facets'),
    captions: JSON.parse(await readFile(join(folder, 'captions.json'), 'utf8')) as string[],
    labels: CLASSES.map((c) => c.name),
  };
  if (isCurrent(set, seed)) return set;
  // Drawn by another version of the world.
  await rm(join(await cacheRoot(), name), { recursive: true });
  return worldSet(seed, length, options);
}

function isCurrent(set: ImageSet, seed: number): boolean {
  const probe = new Uint8Array(3 * SIZE * SIZE);
  for (let i = 0; i < PROBES; i++) {
    const index = Math.floor((i * set.length) / PROBES);
    const { data, caption } = worldImage(seed, index);
    copyRgb(data, probe, 0);
    const kept = set.pixels.subarray(index * probe.length, (index + 1) * probe.length);
    if (caption !== set.captions[index] || !probe.every((v, j) => v === kept[j])) return false;
  }
  return true;
}

async function draw(
  name: string,
  seed: number,
  length: number,
  { onProgress, signal }: ImageSetOptions,
): Promise<ImageSet> {
  const plane = 3 * SIZE * SIZE;
  const pixels = new Uint8Array(length * plane);
  const classes = new Uint8Array(length);
  const facets = new Uint8Array(length);
  const captions: string[] = [];
  for (let i = 0; i < length; i++) {
    const image = worldImage(seed, i);
    copyRgb(image.data, pixels, i * plane);
    classes[i] = image.class;
    facets[i] = image.facet;
    captions.push(image.caption);
    if (i % 100 === 99) {
      signal?.throwIfAborted();
      onProgress?.(i + 1);
      // Lets an interrupt be handled.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  return { name, length, size: SIZE, pixels, classes, facets, captions, labels: CLASSES.map((c) => c.name) };
}

function copyRgb(rgba: Uint8ClampedArray, to: Uint8Array, at: number): void {
  for (let i = 0, j = at; i < rgba.length; i += 4, j += 3) {
    to[j] = rgba[i];
    to[j + 1] = rgba[i + 1];
    to[j + 2] = rgba[i + 2];
  }
}

let kept: { readonly key: string; readonly order: Uint32Array } | undefined;

/** The image at position `k` of an endless stream. Every `length` positions contain each image once, in a new order. */
export function shuffled(length: number, seed: number, k: number): number {
  const epoch = Math.floor(k / length);
  const key = `${length} ${seed} ${epoch}`;
  if (kept?.key !== key) {
    const random = streamOf(seed, 0x5eed0000 + epoch);
    const order = Uint32Array.from({ length }, (_, i) => i);
    for (let i = length - 1; i > 0; i--) {
      const j = random.integer(i + 1);
      [order[i], order[j]] = [order[j], order[i]];
    }
    kept = { key, order };
  }
  return kept.order[k % length];
}

/** The net's input value for each byte of each channel. */
function byteTables({ mean, scale }: Preprocessing): readonly Float32Array[] {
  return [0, 1, 2].map((c) => {
    const offset = 'shape' in mean ? 0 : mean[c % mean.length];
    const factor = typeof scale === 'number' ? scale : scale[c];
    return Float32Array.from({ length: 256 }, (_, v) => (v - offset) * factor);
  });
}

/** Writes image `index` in the net's input layout, `[3, H, W]`, at `at` of `to`. */
export function toInput(set: ImageSet, index: number, how: Preprocessing, to: Float32Array, at: number): void {
  write(set, index, how, to, at, byteTables(how), { dx: 0, dy: 0, mirror: false });
}

interface Placed {
  readonly dx: number;
  readonly dy: number;
  readonly mirror: boolean;
}

function write(
  { pixels, size }: ImageSet,
  index: number,
  { order }: Preprocessing,
  to: Float32Array,
  at: number,
  tables: readonly Float32Array[],
  { dx, dy, mirror }: Placed,
): void {
  const plane = size * size;
  const from = index * plane * 3;
  const clamp = (v: number) => Math.min(Math.max(v, 0), size - 1);
  for (let c = 0; c < 3; c++) {
    const source = order === 'bgr' ? 2 - c : c;
    for (let y = 0; y < size; y++) {
      const row = from + clamp(y + dy) * size * 3 + source;
      const target = at + c * plane + y * size;
      for (let x = 0; x < size; x++) {
        to[target + x] = tables[c][pixels[row + clamp((mirror ? size - 1 - x : x) + dx) * 3]];
      }
    }
  }
}

export interface Augmentation {
  readonly seed: number;
  /** The number of this image in the run; each one has its own random augmentation. */
  readonly draw: number;
  readonly shift: number;
}

/** Writes image `index` as image `n` of a batch, mirrored every other time. */
export function mirrored(
  set: ImageSet,
  index: number,
  { seed, draw: k }: Omit<Augmentation, 'shift'>,
  how: Preprocessing,
  to: Float32Array,
  n: number,
): void {
  const mirror = streamOf(seed ^ 0xa06, k).chance(0.5);
  write(set, index, how, to, n * 3 * set.size * set.size, byteTables(how), { dx: 0, dy: 0, mirror });
}

/** The ranges of changes in brightness and contrast. */
const BRIGHTNESS = 20;
const CONTRAST = 0.2;

/** Writes image `index` as image `n` of a batch: shifted, perhaps mirrored, and relit. */
export function augmented(
  set: ImageSet,
  index: number,
  { seed, draw: k, shift }: Augmentation,
  how: Preprocessing,
  to: Float32Array,
  n: number,
): void {
  const random = streamOf(seed ^ 0xa06, k);
  const placed = {
    dx: Math.round(random.between(-shift, shift)),
    dy: Math.round(random.between(-shift, shift)),
    mirror: random.chance(0.5),
  };
  const gain = random.between(1 - CONTRAST, 1 + CONTRAST);
  const bias = random.between(-BRIGHTNESS, BRIGHTNESS);
  const relit = byteTables(how).map((table) =>
    table.map((_, v) => {
      const lit = Math.min(Math.max((v - 128) * gain + 128 + bias, 0), 255);
      const low = Math.floor(lit);
      return table[low] + (table[Math.min(low + 1, 255)] - table[low]) * (lit - low);
    }),
  );
  write(set, index, how, to, n * 3 * set.size * set.size, relit, placed);
}
