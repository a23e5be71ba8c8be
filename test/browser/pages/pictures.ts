// Picture files as the toolbox gives them to a net: decoded by the browser, brought into the net's input by its frame reader.
import { decodePicture } from '../../../examples/shared/decode.js';
import { sizeOf } from '../../../src/core/shape.js';
import { createReadback } from '../../../src/gpu/readback.js';
import { createFrameReader, openContext } from '../../../src/index.js';
import { PICTURE_SHAPE, pictureNet } from '../../support/pictureNet.js';

/** The net's input for a file. */
async function inputOf(name: string, type: string, base64: string): Promise<number[]> {
  const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
  const { bitmap } = await decodePicture(new Blob([bytes], { type }), name);
  const ctx = await openContext();
  const { width, height } = bitmap;
  const reader = await createFrameReader(ctx, pictureNet, { width, height });
  reader.read(bitmap);
  const readback = createReadback(ctx, 'input', 4 * sizeOf(PICTURE_SHAPE));
  return [...new Float32Array(await readback.read(reader.buffer))];
}

/** What `page.evaluate` calls. */
Object.assign(globalThis, { inputOf });
