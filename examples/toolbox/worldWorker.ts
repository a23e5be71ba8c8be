// Paints pictures of the toy world beside the page: one of 224 rows takes longer than a page should be deaf.
import { worldImage } from 'convscope/world';

export interface WorldQuestion {
  readonly seed: number;
  readonly index: number;
  /** Rows and columns. */
  readonly size: number;
}

export interface WorldAnswer {
  readonly bitmap: ImageBitmap;
  readonly caption: string;
}

self.onmessage = async ({ data: { seed, index, size }, ports: [port] }: MessageEvent<WorldQuestion>) => {
  const { data, caption } = worldImage(seed, index, { size });
  const answer: WorldAnswer = { bitmap: await createImageBitmap(new ImageData(data, size, size)), caption };
  port.postMessage(answer, [answer.bitmap]);
};
