// A sample as a file: a PNG with its recipe in it, or the recipe alone.
import { aboutRun, type Model, toSpecs } from 'convscope';
import { download } from '../shared/files.js';
import { canvasWith, copyOf, type Enlarged, pngOf } from '../shared/saving.js';
import { pageContext } from '../shared/session.js';
import type { Asked } from './address.js';
import type { Sample } from './card.js';
import type { Told } from './recipes.js';

/** As the studio saves by default. */
const SAVED: Enlarged = { times: 4, smooth: true };

/** What chains were started with. Their samples can be saved while others are being started. */
export interface Started {
  readonly model: Model;
  readonly asked: Asked;
  readonly nets: Readonly<Record<string, Model>>;
  /** Name of the user's picture. */
  readonly own?: string | undefined;
}

/** The recipe of a sample is so many steps of its chain alone, and a last one, which moves nothing. */
export async function saveSample(
  started: Started,
  { chain, card, step, picture, study, moved }: Sample,
  as: 'png' | 'recipe',
): Promise<void> {
  const { start: first, hole, mask: open } = started.asked;
  const name = card.fileName(step);
  const ctx = await pageContext();
  const sample = {
    ...(first !== undefined && { start: first + chain }),
    ...(hole !== undefined && { hole, mask: open.text }),
    ...(started.own !== undefined && (first !== undefined || hole !== undefined) && { own: started.own }),
  };
  const about: Told = {
    ...(await aboutRun(ctx, started.model, { nets: started.nets })),
    ...(Object.keys(sample).length > 0 && { sample }),
    ...(moved && { moved: true }),
  };
  const recipe = { ...toSpecs(study), seeds: [card.seed], steps: step + 1, about };
  if (as === 'recipe') {
    download(`${name}.json`, new Blob([JSON.stringify(recipe, undefined, 2)], { type: 'application/json' }));
    return;
  }
  const { width, height } = picture;
  download(`${name}.png`, await pngOf(copyOf(canvasWith(picture), [0, 0, width, height], SAVED), recipe));
}
