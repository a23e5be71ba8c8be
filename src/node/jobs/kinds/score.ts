// convscope score as a job: pieces of a gallery, each beside the same real pictures.
import type { Context } from '../../../gpu/context.js';
import { aboutModel } from '../../../scan/state.js';
import { openScore, type PieceScores, type ScoreLine, scorerOf, scoresOf, writeScores } from '../../commands/score.js';
import type { Scorer } from '../../gallery/scorer.js';
import { packagesFor } from '../../sources/names.js';
import type { Job, Part } from '../job.js';

const STAGE = 'scores';
/** Pieces between two reports of progress. */
const AT_ONCE = 8;

interface Made {
  readonly adapter: string;
  readonly scores: readonly PieceScores[];
}

/** Each part is so many pieces of the gallery, which stays where it is. */
export async function scoreJob(size: number, spec: string, options: ScoreLine): Promise<Job> {
  const scoring = await openScore(spec, options);
  const { plan, model, second, images } = scoring;
  // A worker looks at the real pictures once.
  const scorers = new WeakMap<Context, Promise<Scorer>>();
  const scorer = (ctx: Context): Promise<Scorer> => {
    const made = scorers.get(ctx) ?? scorerOf(ctx, scoring);
    scorers.set(ctx, made);
    // A disk that cannot be read may be there the next time.
    made.catch(() => scorers.delete(ctx));
    return made;
  };
  const parts = Array.from({ length: Math.ceil(plan.pieces.length / size) }, (_, i): Part => {
    const pieces = plan.pieces.slice(i * size, (i + 1) * size);
    const work = pieces.reduce((sum, { tiles }) => sum + tiles.length, 0);
    return {
      label: `${i * size}-${i * size + pieces.length - 1}`,
      work,
      async make(ctx, { signal, onProgress }) {
        const beside = await scorer(ctx);
        const scores: PieceScores[] = [];
        let done = 0;
        for (let from = 0; from < pieces.length; from += AT_ONCE) {
          if (signal.aborted) return undefined;
          const found = await scoresOf(scoring, pieces.slice(from, from + AT_ONCE), beside);
          scores.push(...found);
          done += found.reduce((sum, own) => sum + own.length, 0);
          onProgress(done);
        }
        const made: Made = { adapter: ctx.adapterName, scores };
        return { '.json': JSON.stringify(made) };
      },
    };
  });
  return {
    model,
    identity: [await aboutModel(model), model.labels, await aboutModel(second), second.labels, plan, images],
    files: images,
    packages: packagesFor(images, true),
    stages: [{ name: STAGE, parts }],
    tables: ['scores.json'],
    async merge(results, out) {
      const scores: PieceScores[] = [];
      const adapters = new Set<string>();
      for await (const bytes of results.of(STAGE)) {
        const made: Made = JSON.parse(new TextDecoder().decode(bytes));
        // A dead unit’s score is none, which JSON has as null.
        scores.push(...made.scores.map((own) => own.map((score) => score ?? undefined)));
        adapters.add(made.adapter);
      }
      return [(await writeScores(out, scoring, scores, [...adapters].sort().join(', '))).file];
    },
  };
}
