// Decodes a picture file to a bitmap that fits a device.

/** Extensions of the pictures that browsers can read. */
export const PICTURE_ENDINGS = ['.png', '.jpg', '.jpeg', '.jfif', '.webp', '.gif', '.bmp', '.avif', '.apng', '.ico'];

export interface Decoded {
  readonly bitmap: ImageBitmap;
  /** A note about something unexpected that was done; empty if there is none. */
  readonly note: string;
}

/** The binding size in bytes and the texture side in pixels that every WebGPU device supports. */
const MOST_BYTES = 2 ** 27;
const MOST_SIDE = 8192;
/** The header of an animation within these bytes says that it is one. */
const HEAD = 2 ** 16;

/**
 * Decodes the first frame, rotated by EXIF, with colours not multiplied by alpha. A picture that is too large for a device is
 * reduced by a whole factor, because nets use far fewer pixels anyway.
 *
 * @throws Error that names the file
 */
export async function decodePicture(file: Blob, name: string): Promise<Decoded> {
  const whole = await createImageBitmap(file, { imageOrientation: 'from-image', premultiplyAlpha: 'none' }).catch(
    (error: unknown) => {
      throw new Error(`${name}: ${undecoded(file, error)}`);
    },
  );
  const { width, height } = whole;
  const notes = (await isAnimated(file)) ? ['the first frame of an animation'] : [];
  const factor = reduction(width, height);
  if (factor === 1) return { bitmap: whole, note: notes.join(', ') };
  const [resizeWidth, resizeHeight] = [width, height].map((side) => Math.max(1, Math.floor(side / factor)));
  try {
    const options = { resizeWidth, resizeHeight, resizeQuality: 'high', premultiplyAlpha: 'none' } as const;
    const bitmap = await createImageBitmap(whole, options);
    return { bitmap, note: [...notes, `reduced from ${width}×${height}`].join(', ') };
  } finally {
    whole.close();
  }
}

/** The pixels of a bitmap at another size: rows of RGBA, with colours not multiplied by alpha. */
export function pixelsOf(bitmap: ImageBitmap, width: number, height: number): ImageData {
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('the browser has no 2D canvas for the picture');
  context.imageSmoothingQuality = 'high';
  context.drawImage(bitmap, 0, 0, width, height);
  return context.getImageData(0, 0, width, height);
}

/** The whole number by which the sides must be divided. */
const reduction = (width: number, height: number): number =>
  Math.max(1, Math.ceil(Math.sqrt((width * height * 4) / MOST_BYTES)), Math.ceil(Math.max(width, height) / MOST_SIDE));

function undecoded(file: Blob, error: unknown): string {
  if (file.size === 0) return 'the file is empty.';
  const known = /^image\/(png|jpeg|webp|gif|bmp|avif|apng|x-icon|vnd\.microsoft\.icon)$/.test(file.type);
  if (file.type && !known) {
    return `this browser does not read ${file.type}. Save it as PNG, JPEG or WebP.`;
  }
  const words = error instanceof Error ? error.message : String(error);
  return `it could not be decoded as a picture: it is damaged, or no picture. (${words})`;
}

async function isAnimated(file: Blob): Promise<boolean> {
  const head = new Uint8Array(await file.slice(0, HEAD).arrayBuffer());
  const text = (from: number, to: number) => String.fromCharCode(...head.subarray(from, to));
  if (text(0, 3) === 'GIF') return framesOfGif(new Uint8Array(await file.arrayBuffer())) > 1;
  // The flags of an extended WebP. APNG's chunk comes before the picture's.
  if (text(0, 4) === 'RIFF' && text(8, 16) === 'WEBPVP8X') return (head[20] & 2) !== 0;
  if (text(1, 4) === 'PNG') return hasAnimationChunk(head);
  return false;
}

function hasAnimationChunk(head: Uint8Array): boolean {
  const view = new DataView(head.buffer);
  for (let at = 8; at + 8 <= head.length; at += 12 + view.getUint32(at)) {
    const type = String.fromCharCode(...head.subarray(at + 4, at + 8));
    if (type === 'acTL') return true;
    if (type === 'IDAT') return false;
  }
  return false;
}

/** Counts frames up to two, which is enough to know that it is an animation. */
function framesOfGif(bytes: Uint8Array): number {
  const table = (flags: number) => ((flags & 0x80) !== 0 ? 3 << ((flags & 7) + 1) : 0);
  let at = 13 + table(bytes[10]);
  let frames = 0;
  const skipBlocks = () => {
    while (at < bytes.length && bytes[at] !== 0) at += bytes[at] + 1;
    at++;
  };
  while (at < bytes.length && frames < 2) {
    const kind = bytes[at];
    if (kind === 0x2c) {
      frames++;
      at += 11 + table(bytes[at + 9]);
      skipBlocks();
    } else if (kind === 0x21) {
      at += 2;
      skipBlocks();
    } else break;
  }
  return frames;
}
