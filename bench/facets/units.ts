// How many things a unit answers to, by the world's truth: the objects in what it sees of the pictures that it likes best.
import type { Context } from '../../src/gpu/context.js';
import type { Model } from '../../src/graph/model.js';
import { findTopImages } from '../../src/methods/topImages.js';
import { receptiveFields } from '../../src/scene/receptiveField.js';
import { CLASSES, worldImage } from '../../train/world/index.js';

const LAYERS = ['conv5', 'fc6'];
const PICTURES = 2000;
const BEST = 40;
/** Share of a unit's best pictures that an object needs to count as one of its facets. */
const SHARE = 0.2;

/** Units of a layer by their number of facets: `counts[2]` have two. Dead units are counted apart. */
export interface UnitFacets {
  readonly layer: string;
  readonly units: number;
  readonly dead: number;
  readonly counts: readonly number[];
}

export async function unitFacets(ctx: Context, model: Model, seed: number): Promise<UnitFacets[]> {
  const set = Array.from({ length: PICTURES }, (_, id) => ({
    id,
    picture: () => {
      const { width, height, data } = worldImage(seed, id);
      return { width, height, data };
    },
  }));
  const found = await findTopImages(ctx, model, set, { layers: LAYERS, k: BEST });
  return found.layers.map(({ layer, shape: [C], values, images, positions }) => {
    const fieldOf = receptiveFields(model, layer);
    const counts: number[] = [];
    let dead = 0;
    for (let c = 0; c < C; c++) {
      if (values[c * BEST] <= 0) {
        dead++;
        continue;
      }
      const seen = new Map<number, number>();
      for (let n = c * BEST; n < (c + 1) * BEST; n++) {
        const { seen: region } = fieldOf(positions[2 * n], positions[2 * n + 1]);
        const object = mostSeen(worldImage(seed, Number(images[n])).masks.object, region);
        seen.set(object, (seen.get(object) ?? 0) + 1);
      }
      const facets = [...seen.values()].filter((count) => count >= SHARE * BEST).length;
      counts[facets] = (counts[facets] ?? 0) + 1;
    }
    return { layer, units: C, dead, counts: Array.from(counts, (count) => count ?? 0) };
  });
}

/** The object with the most pixels in a region; 0 where there is none. */
function mostSeen(
  mask: Uint8Array,
  { top, left, bottom, right }: { top: number; left: number; bottom: number; right: number },
): number {
  const size = Math.sqrt(mask.length);
  const pixels = new Array<number>(1 + CLASSES.length).fill(0);
  for (let y = top; y < bottom; y++) for (let x = left; x < right; x++) pixels[mask[y * size + x]]++;
  const most = pixels.slice(1).reduce((best, count, i) => (count > pixels[best] || best === 0 ? i + 1 : best), 0);
  return pixels[most] > 0 ? most : 0;
}

/** A table of `unitFacets`, and what it means. */
export function unitsSection(found: readonly UnitFacets[]): string {
  const rows = found.map(({ layer, units, dead, counts }) => {
    const three = counts.slice(3).reduce((a, b) => a + b, 0);
    return `| ${[layer, units, dead, counts[0] ?? 0, counts[1] ?? 0, counts[2] ?? 0, three].join(' | ')} |`;
  });
  return [
    `Units by the number of objects that they answer to: those that fill most of what the unit sees in at least ${100 * SHARE} % of its ${BEST} best of ${PICTURES} pictures (\`worldImage(seed, i)\`, by the truth masks).`,
    [
      '| layer | units | dead | none so often | one | two | three and more |',
      '|---|---:|---:|---:|---:|---:|---:|',
      ...rows,
    ].join('\n'),
  ].join('\n\n');
}
