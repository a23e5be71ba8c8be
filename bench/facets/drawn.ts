// Whether the images that methods draw of a class show its true facets, by an oracle: a probe on the codes of another network, which was
// told the facets of held-out pictures.
import { mean } from 'simple-statistics';
import type { Context } from '../../src/gpu/context.js';
import type { Model } from '../../src/graph/model.js';
import { codesNamed, facetStudy, findFacets } from '../../src/methods/facets.js';
import { preferredStudy } from '../../src/methods/preferred.js';
import { direction } from '../../src/objectives/direction.js';
import { diversity } from '../../src/objectives/diversity.js';
import { scale } from '../../src/objectives/scale.js';
import { sum } from '../../src/objectives/sum.js';
import { scan } from '../../src/scan/scan.js';
import { cropOf } from '../../src/scene/crop.js';
import { imageShape, type Picture, toPicture } from '../../src/scene/input.js';
import type { StatisticsByName } from '../../src/scene/space.js';
import { parts } from '../../src/synthesize/parts.js';
import { createStudy, type Study } from '../../src/synthesize/study.js';
import { type SynthesizeOptions, synthesize } from '../../src/synthesize/synthesize.js';
import { CLASSES } from '../../train/world/index.js';
import { marginOf, oracleOf, unit } from './oracle.js';
import { best, probe } from './probe.js';

/** The layer at which the steered images follow a probe, and how strongly beside the class. */
const STEERED = 'conv5';
const STEER = 10;
/** Lucid's weight of the diversity term. */
const DIVERSE = 100;

/** An image of a method, and the facet that it was made for, if the method says one. */
interface Drawn {
  readonly picture: Picture;
  readonly meant?: number;
}

export interface DrawnScores {
  readonly method: string;
  /** Share of the images that show the facet that they were made for. */
  readonly right?: number;
  /** Share of the class's facets that the images show. */
  readonly covered: number;
  /** How far the oracle prefers one facet in each image, beside how far it does in real pictures: a mixture has about 0. */
  readonly decided: number;
}

export interface ClassScores {
  readonly name: string;
  /** Held-out accuracy of the oracle. */
  readonly oracle: number;
  readonly scores: readonly DrawnScores[];
}

/** Draws two images of class `c` by each method, and asks the oracle. `pictures` are those that facets are found in, with their truth. */
export async function drawnScores(
  ctx: Context,
  model: Model,
  second: Model,
  c: number,
  pictures: readonly { readonly picture: Picture; readonly facet: number }[],
  seed: number,
  options: SynthesizeOptions & { readonly statistics: StatisticsByName },
): Promise<ClassScores> {
  const { oracle, accuracy, margin, k } = await oracleOf(ctx, second, c);
  const unit = `fc8:${c}`;
  const draw = async (study: Study, more: SynthesizeOptions = {}): Promise<Picture[]> => {
    const run = synthesize(ctx, model, study, { ...options, ...more, every: 1000 });
    let next = await run.next();
    while (!next.done) next = await run.next();
    const { images, size } = next.value;
    const n = images.length / study.seeds.length;
    return study.seeds.map((_, i) => toPicture(images.subarray(i * n, (i + 1) * n), model, 'pixels', size));
  };
  const seeds = Array.from({ length: k }, (_, i) => 10 * seed + i);
  const spectrum = (own: readonly number[] = seeds) => preferredStudy(model, { unit, preset: 'spectrum', seeds: own });

  const found = await findFacets(
    ctx,
    model,
    pictures.map(({ picture }, id) => ({ id, picture })),
    { unit, choose: 'all', k, seed },
  );
  // The facet that most of a group's pictures have.
  const meant = found.facets.map(({ members }) => most(members.map((id) => pictures[Number(id)].facet)));
  const byGroups = async (preset: string): Promise<Drawn[]> => {
    const { study, pictures: starts } = facetStudy(model, found, preset);
    const own = createStudy({ ...study, seeds: study.seeds.map((s) => s + 10 * seed) });
    return (await draw(own, { pictures: starts })).map((picture, i) => ({ picture, meant: meant[i] }));
  };
  const [, H, W] = imageShape(model);
  const means = found.facets.map(({ mean: image }, i) => ({
    picture: cropOf(model, image, { top: 0, left: 0, bottom: H, right: W }),
    meant: meant[i],
  }));
  const plain = (await draw(spectrum())).map((picture) => ({ picture }));
  const diverse = (
    await draw(
      createStudy({
        ...spectrum(),
        objective: sum.make({
          of: [
            parts.make('objective', spectrum().objective),
            scale.make({ of: [diversity.make({ layer: 'conv5' })], by: DIVERSE }),
          ],
        }),
      }),
    )
  ).map((picture) => ({ picture }));
  const ways = await directionsOf(ctx, model, unit, pictures, k);
  const steered: Drawn[] = [];
  for (const [facet, vector] of ways.entries()) {
    const towards = scale.make({ of: [direction.make({ layer: STEERED, vector, power: 0 })], by: STEER });
    const objective = sum.make({ of: [parts.make('objective', spectrum().objective), towards] });
    const [picture] = await draw(createStudy({ ...spectrum([seeds[facet]]), objective }));
    steered.push({ picture, meant: facet });
  }
  const methods: readonly (readonly [string, readonly Drawn[]])[] = [
    ['MFV: groups, drawn by `spectrum`', await byGroups('spectrum')],
    ['MFV: groups, drawn by its own `mfvMean`', await byGroups('mfvMean')],
    ['the groups’ mean images alone', means],
    ['steered by a probe that knows the facets (Goh et al. 2021)', steered],
    ['`spectrum`, as many random starts', plain],
    ['`spectrum` and diversity', diverse],
    ['`spectrum`, one image', plain.slice(0, 1)],
  ];
  const scores: DrawnScores[] = [];
  for (const [method, drawn] of methods) {
    const said = await oracle(drawn.map(({ picture }, id) => ({ id, picture })));
    const labelled = drawn.every((one) => one.meant !== undefined);
    scores.push({
      method,
      ...(labelled && { right: mean(said.map((own, i) => (best(own) === drawn[i].meant ? 1 : 0))) }),
      covered: new Set(said.map(best)).size / k,
      decided: mean(said.map(marginOf)) / margin,
    });
  }
  return { name: CLASSES[c].name, oracle: accuracy, scores };
}

/** For each facet the direction of a probe on the steered layer's mean activations. */
async function directionsOf(
  ctx: Context,
  model: Model,
  unitName: string,
  pictures: readonly { readonly picture: Picture; readonly facet: number }[],
  k: number,
): Promise<number[][]> {
  const { states } = await scan(
    ctx,
    model,
    pictures.map(({ picture }, id) => ({ id, picture })),
    codesNamed(model, unitName, [STEERED]),
  );
  const rows = pictures.map((_, i) => [...(states[0].get(i)?.row ?? [])]);
  const { scores } = probe(
    rows,
    pictures.map(({ facet }) => facet),
  );
  const zero = scores([rows[0].map(() => 0)])[0];
  // The score is linear: its direction is its value at each unit vector.
  const each = scores(rows[0].map((_, i) => rows[0].map((__, j) => (i === j ? 1 : 0))));
  return Array.from({ length: k }, (_, facet) => unit(each.map((own) => own[facet] - zero[facet])));
}

function most(values: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].reduce((a, b) => (b[1] > a[1] ? b : a))[0];
}
