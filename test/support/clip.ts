// The clip of the browser tests' fake camera: pictures of the toy world in a YUV4MPEG2 file.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CLASSES, worldImage } from '../../train/world/index.js';

/** The classes in the clip, one second each, in a loop. */
export const CLIP_CLASSES = ['fish', 'clock', 'tree'];
const SIDE = 256;
const SEED = 5;

/** Writes the clip into `folder` and returns its path. */
export async function writeClip(folder: string, framesPerSecond: number): Promise<string> {
  const text = new TextEncoder();
  const parts: Uint8Array[] = [text.encode(`YUV4MPEG2 W${SIDE} H${SIDE} F${framesPerSecond}:1 Ip A1:1 C420jpeg\n`)];
  for (const [i, name] of CLIP_CLASSES.entries()) {
    const index = CLASSES.findIndex((c) => c.name === name);
    const frame = planesOf(worldImage(SEED, i, { size: SIDE, class: index }).data);
    for (let n = 0; n < framesPerSecond; n++) parts.push(text.encode('FRAME\n'), frame);
  }
  const path = join(folder, 'clip.y4m');
  await writeFile(path, Buffer.concat(parts));
  return path;
}

/** RGBA rows as full-range BT.601 planes: Y, then Cb and Cr at half the resolution. */
function planesOf(data: Uint8ClampedArray): Uint8Array {
  const half = SIDE / 2;
  const planes = new Uint8ClampedArray(SIDE * SIDE + 2 * half * half);
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++) {
      const [r, g, b] = data.subarray((y * SIDE + x) * 4, (y * SIDE + x) * 4 + 3);
      planes[y * SIDE + x] = 0.299 * r + 0.587 * g + 0.114 * b;
      if (y % 2 !== 0 || x % 2 !== 0) continue;
      const at = SIDE * SIDE + (y / 2) * half + x / 2;
      planes[at] = 128 - 0.168736 * r - 0.331264 * g + 0.5 * b;
      planes[at + half * half] = 128 + 0.5 * r - 0.418688 * g - 0.081312 * b;
    }
  }
  return new Uint8Array(planes.buffer);
}
