// Draws pictures of the toy world in a worker: a picture with 224 rows takes longer than a page should block.
import { worldImage } from 'convscope/world';

export interface WorldQuestion {
  readonly seed: number;
  readonly index: number;
  /** Rows and columns. */
  readonly size: number;
}

export type WorldAnswer = { readonly bitmap: ImageBitmap; readonly caption: string } | { readonly failed: string };

self.onmessage = async ({ data: { seed, index, size }, ports: [port] }: MessageEvent<WorldQuestion>) => {
  const tell = (answer: WorldAnswer, transfer: Transferable[] = []) => port.postMessage(answer, transfer);
  try {
    const { data, caption } = worldImage(seed, index, { size });
    const bitmap = await createImageBitmap(new ImageData(data, size, size));
    tell({ bitmap, caption }, [bitmap]);
  } catch (error) {
    tell({ failed: error instanceof Error ? error.message : String(error) });
  }
};
