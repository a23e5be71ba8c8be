// Preferred images as a stage: each part is a piece of a gallery or of a search, by the name that it has there.
import { join } from 'node:path';
import type { Model } from '../../graph/model.js';
import { makePieces, namedStatistics, type Piece } from '../../methods/gallery.js';
import type { Picture } from '../../scene/input.js';
import type { ImageStatistics } from '../../scene/statistics.js';
import { parseUnit } from '../../scene/unit.js';
import { aboutRun, statisticsOf } from '../../synthesize/about.js';
import { readSideInputs } from '../commands/inputs.js';
import { marked } from '../commands/shared.js';
import { type GalleryPlan, PIECES, pieceFiles, writePiece, writePlan } from '../gallery/files.js';
import { makeFolder } from '../outputs.js';
import type { Part, Results, Stage } from './job.js';

/** What pictures are made of. */
export interface Pictures {
  readonly model: Model;
  readonly pieces: readonly Piece[];
  readonly plan: GalleryPlan;
  readonly statistics: ImageStatistics | undefined;
  /** Of --input. */
  readonly input: readonly string[];
}

export function imagesStage(name: string, { model, pieces, plan, statistics, input }: Pictures): Stage {
  const { contrast } = plan;
  const mark = (picture: Picture) => marked(model, picture);
  const known = namedStatistics(model, statistics).statistics ?? {};
  return {
    name,
    parts: pieces.map(
      (piece): Part => ({
        label: piece.id,
        work: piece.tiles.length,
        async make(ctx, { signal, onProgress }) {
          const layers = [...new Set(piece.tiles.map(({ unit }) => parseUnit(unit).layer))];
          const inputs = await readSideInputs(ctx, model, layers, input);
          const work = { signal, inputs, ...(statistics && { statistics }) };
          for await (const { tiles, share } of makePieces(ctx, model, [piece], work)) {
            onProgress(share * piece.tiles.length);
            if (!tiles) continue;
            const about = await aboutRun(ctx, model, { statistics: statisticsOf(piece.study, known) });
            return await pieceFiles(model, piece, tiles, { contrast, about, mark });
          }
          return undefined;
        },
      }),
    ),
  };
}

/** Puts all pieces into a folder, as the command would have done. */
export async function writePieces(
  stage: string,
  { pieces, plan }: Pictures,
  results: Results,
  out: string,
): Promise<void> {
  await makeFolder('--out', join(out, PIECES));
  await writePlan(out, plan);
  const descriptions = results.of(stage)[Symbol.asyncIterator]();
  let next = 0;
  for await (const png of results.of(stage, '.png')) {
    const { value: json } = await descriptions.next();
    await writePiece(out, pieces[next].id, { '.png': png, '.json': json as Uint8Array });
    next++;
  }
}
