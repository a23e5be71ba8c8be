// Makes the pieces of a gallery, a search or an atlas that a folder has not got yet, with a progress bar.
import type { Context } from '../../gpu/context.js';
import type { Model } from '../../graph/model.js';
import { makePieces, namedStatistics, type Piece } from '../../methods/gallery.js';
import type { Picture } from '../../scene/input.js';
import type { ImageStatistics } from '../../scene/statistics.js';
import { aboutRun, statisticsOf } from '../../synthesize/about.js';
import { findPiece, type GalleryPlan, pieceFiles, writePiece } from '../gallery/files.js';
import { readSideInputs } from './inputs.js';
import { progressBar } from './progressBar.js';
import { marked } from './shared.js';

/** Pieces that were there, and those that were made now. */
export interface Made {
  readonly found: number;
  readonly made: number;
}

export interface MakeOptions {
  readonly out: string;
  readonly json?: boolean;
  readonly input: readonly string[];
}

/** Makes the pieces that the folder has not got yet. */
export async function makeMissing(
  ctx: Context,
  model: Model,
  pieces: readonly Piece[],
  { contrast }: Pick<GalleryPlan, 'contrast'>,
  statistics: ImageStatistics | undefined,
  { out, json, input }: MakeOptions,
): Promise<Made> {
  const there = await Promise.all(pieces.map((piece) => findPiece(out, piece)));
  const missing = pieces.filter((_, i) => !there[i]);
  const found = pieces.length - missing.length;
  const layers = missing.map(({ layer }) => layer);
  const inputs = await readSideInputs(ctx, model, [...new Set(layers)], input);
  const interrupt = new AbortController();
  const stop = () => interrupt.abort();
  process.once('SIGINT', stop);
  const bar = progressBar(
    '{bar} {value}/{total} pieces  {percent} %  {left} left  {layer} {preset}',
    !json && missing.length > 0,
  );
  bar.start(pieces.length, found, { percent: 0, left: '–', layer: '', preset: '' });
  let made = 0;
  const mark = (picture: Picture) => marked(model, picture);
  const known = namedStatistics(model, statistics).statistics ?? {};
  try {
    const work = { signal: interrupt.signal, inputs, ...(statistics && { statistics }) };
    for await (const { piece, tiles, share, left } of makePieces(ctx, model, missing, work)) {
      if (tiles) {
        const about = await aboutRun(ctx, model, { statistics: statisticsOf(piece.study, known) });
        await writePiece(out, piece.id, await pieceFiles(model, piece, tiles, { contrast, about, mark }));
        made++;
      }
      const { layer, preset } = piece;
      bar.update(found + made, { percent: Math.floor(share * 100), left: duration(left), layer, preset });
    }
  } finally {
    process.removeListener('SIGINT', stop);
    bar.stop();
  }
  return { found, made };
}

/** `2:05:09`, `5:09` or `9 s`. */
function duration(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole} s`;
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (value: number) => String(value).padStart(2, '0');
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}
