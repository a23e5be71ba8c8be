// Whether the generator helps to draw the facets of hidden units, as Nguyen et al. 2017 say of multifaceted feature visualization (MFV):
// the same units and the same facets, drawn from mean images by optimizing pixels, and by sampling codes.
import { mean } from 'simple-statistics';
import type { Model } from '../../src/graph/model.js';
import { type Facets, facetStudy, findFacets } from '../../src/methods/facets.js';
import { judge as judgeAll } from '../../src/methods/judge.js';
import { preferredStudy } from '../../src/methods/preferred.js';
import { nearestDistance } from '../../src/methods/search.js';
import { findTopImages, topOf } from '../../src/methods/topImages.js';
import { meanOf } from '../../src/node/gallery/intervals.js';
import { loadModel } from '../../src/node/models.js';
import { each } from '../../src/objectives/each.js';
import { logShare } from '../../src/objectives/logShare.js';
import { cropOf } from '../../src/scene/crop.js';
import type { SetImage } from '../../src/scene/images.js';
import { imageShape, type Picture, toPicture } from '../../src/scene/input.js';
import type { Study } from '../../src/synthesize/study.js';
import { synthesize } from '../../src/synthesize/synthesize.js';
import { CLASSES, type WorldImage } from '../../train/world/index.js';
import { meanDistance } from './scores.js';
import { codesOf, interval, JUDGE, lastOf, pictures, SEEDS, type Setting, STEPS, sheet, table } from './setting.js';

const ASKED = 'mini-caffenet';
const LAYER = 'fc6';
const UNITS = 8;
const PICTURES = 2000;
/** As docs/facets.md counts the objects of a unit: those that are in a fifth of its best pictures. */
const BEST = 40;
const SHARE = 0.2;
/** Pictures in which a unit is most active, that are grouped, and the nearest ones to a group's middle. */
const GROUPED = 100;
const NEAREST = 15;
/** Real pictures that a distance is the mean of. */
const NEIGHBOURS = 5;

/** A unit, what it answers to by the world's truth, and its facets as they were found. */
interface Unit {
  readonly name: string;
  readonly channel: number;
  /** Greatest activation in the real pictures. */
  readonly greatest: number;
  /** Classes. */
  readonly objects: readonly number[];
  readonly found: Facets;
  /** The object of each facet: that of most of its nearest pictures. */
  readonly meant: readonly number[];
}

/** Scores of the images of a unit by one way. */
interface UnitScores {
  readonly reached: number;
  readonly meant: number;
  readonly covered: number;
  readonly diversity: number;
  readonly distance: number;
}

export interface Units {
  readonly units: readonly string[];
  readonly images: number;
  readonly rows: readonly {
    readonly title: string;
    readonly faceted: boolean;
    readonly scores: readonly UnitScores[];
  }[];
  readonly shown: string;
}

const PLAIN = 'MFV: mean images, pixels by `spectrum`';
const OWN = 'MFV: mean images, pixels by its own `mfvMean`';
const SAMPLED = 'mean codes of the facets, joint PPGN-h';

export async function measure(setting: Setting): Promise<Units> {
  const { ctx, judge } = setting;
  const model = await loadModel(ASKED);
  const real = pictures(PICTURES, SEEDS.units);
  const units = await unitsOf(setting, model, real);
  const batch = units.flatMap((unit) => unit.found.facets.map((facet, i) => ({ unit, facet, i })));
  const [, H, W] = imageShape(model);
  const means = batch.map(({ facet }) => cropOf(model, facet.mean, { top: 0, left: 0, bottom: H, right: W }));

  const draw = async (study: Study, starts: readonly SetImage[] = []): Promise<Picture[]> => {
    const run = synthesize(ctx, model, study, { statistics: setting.statistics, pictures: starts, every: 1000 });
    let next = await run.next();
    while (!next.done) next = await run.next();
    const { images, size } = next.value;
    const n = images.length / study.seeds.length;
    return study.seeds.map((_, i) => toPicture(images.subarray(i * n, (i + 1) * n), model, 'pixels', size));
  };
  const ofUnits = async (one: (unit: Unit) => Promise<Picture[]>): Promise<Picture[]> => {
    const all: Picture[] = [];
    for (const unit of units) all.push(...(await one(unit)));
    return all;
  };
  const byPixels = (preset: string) =>
    ofUnits(({ found }) => {
      const { study, pictures: starts } = facetStudy(model, found, preset);
      return draw(study, starts);
    });
  const byCodes = async (starts?: readonly Float32Array[]): Promise<Picture[]> => {
    const condition = each.make({ of: batch.map(({ unit }) => logShare.make({ unit: unit.name })) });
    const last = await lastOf(setting, { condition, chains: batch.length, ...(starts && { starts }) }, model);
    return last.map(({ picture }) => picture);
  };
  const middles: Float32Array[] = [];
  for (const { facet } of batch) {
    const near = await codesOf(
      setting,
      facet.members.slice(0, NEAREST).map((id) => real[Number(id)]),
    );
    middles.push(near[0].map((_, i) => mean(near.map((code) => code[i]))));
  }
  const ways = [
    {
      title: 'real pictures nearest to the facets’ middles',
      made: batch.map(({ facet }) => real[Number(facet.members[0])]),
    },
    { title: 'the facets’ mean images alone', made: means },
    { title: PLAIN, made: await byPixels('spectrum') },
    { title: OWN, made: await byPixels('mfvMean') },
    { title: 'codes of mean images, joint PPGN-h', made: await byCodes(await codesOf(setting, means)) },
    { title: SAMPLED, made: await byCodes(middles) },
    {
      title: 'no facets: `spectrum` from random starts',
      made: await ofUnits(({ name, found }) =>
        draw(preferredStudy(model, { unit: name, preset: 'spectrum', seeds: found.facets.map((_, i) => i) })),
      ),
    },
    { title: 'no facets: joint PPGN-h from random codes', made: await byCodes() },
  ];

  const realFeatures = (await judgeAll(ctx, judge, real)).map(({ features }) => features);
  const sample = realFeatures.slice(0, 200);
  const usual = mean(sample.map((row) => nearestDistance(row, realFeatures, NEIGHBOURS)));
  const rows = [];
  for (const { title, made } of ways) {
    const [seen, own] = [await judgeAll(ctx, judge, made), await judgeAll(ctx, model, made, [LAYER])];
    const scores = units.map((unit): UnitScores => {
      const mine = batch.flatMap((one, i) => (one.unit === unit ? [i] : []));
      const named = mine.map((i) => largest(seen[i].probabilities));
      return {
        reached: mean(mine.map((i) => (own[i].peaks.get(LAYER)?.[unit.channel] ?? 0) / unit.greatest)),
        meant: mean(named.map((object, i) => Number(object === unit.meant[i]))),
        covered: mean(unit.objects.map((object) => Number(named.includes(object)))),
        diversity: meanDistance(mine.map((i) => Float64Array.from(seen[i].features))),
        distance: mean(mine.map((i) => nearestDistance(seen[i].features, realFeatures, NEIGHBOURS))) / usual,
      };
    });
    rows.push({ title, faceted: !title.startsWith('no facets'), scores });
  }
  const shown = ways.flatMap(({ made }) => made.slice(0, SHOWN));
  return {
    units: units.map(
      ({ name, objects, meant }) =>
        `\`${name}\` (${objects.map((c) => CLASSES[c].name).join(', ')}; facets of ${meant.map((c) => CLASSES[c].name).join(', ')})`,
    ),
    images: batch.length,
    rows,
    shown: await sheet('units', 'facets of hidden units', shown, Math.min(SHOWN, batch.length)),
  };
}

/** Columns of the sheet. */
const SHOWN = 16;

const largest = (values: Float32Array): number => values.indexOf(values.reduce((a, b) => Math.max(a, b)));

/** The first units that answer to two objects or more, by the truth of their best pictures. */
async function unitsOf({ ctx }: Setting, model: Model, real: readonly WorldImage[]): Promise<Unit[]> {
  const set = real.map((picture, id) => ({ id, picture }));
  const top = await findTopImages(ctx, model, set, { layers: [LAYER], k: GROUPED });
  const [{ shape }] = top.layers;
  const units: Unit[] = [];
  for (let channel = 0; channel < shape[0] && units.length < UNITS; channel++) {
    const own = topOf(top, LAYER, channel);
    if (own[GROUPED - 1].value <= 0) continue;
    const objects = frequent(own.slice(0, BEST).map(({ image }) => real[Number(image)].class));
    if (objects.length < 2) continue;
    const name = `${LAYER}:${channel}`;
    const chosen = own.map(({ image }) => set[Number(image)]);
    const found = await findFacets(ctx, model, chosen, {
      unit: name,
      choose: 'all',
      k: objects.length,
      nearest: NEAREST,
    });
    const meant = found.facets.map(
      ({ members }) =>
        frequent(
          members.slice(0, NEAREST).map((id) => real[Number(id)].class),
          0,
        )[0],
    );
    units.push({ name, channel, greatest: own[0].value, objects, found, meant });
  }
  return units;
}

/** Those that are at least a share of all, the most frequent first. */
function frequent(classes: readonly number[], share = SHARE): number[] {
  const counts = new Map<number, number>();
  for (const c of classes) counts.set(c, (counts.get(c) ?? 0) + 1);
  return [...counts]
    .filter(([, count]) => count >= share * classes.length)
    .sort((a, b) => b[1] - a[1])
    .map(([c]) => c);
}

export function page({ units, images, rows, shown }: Units): string {
  const of = (title: string) => rows.find((row) => row.title === title)?.scores ?? [];
  const sampled = of(SAMPLED);
  const less = (others: readonly UnitScores[]) => (field: keyof UnitScores) =>
    interval(meanOf(sampled.map((scores, i) => scores[field] - others[i][field])), field === 'diversity' ? 1 : 2);
  const fields = ['reached', 'meant', 'covered', 'diversity', 'distance'] as const;
  return [
    `The paper says that PPGN’s prior makes multifaceted visualization of hidden units better. Here are the first ${UNITS} units of ${ASKED}’s \`${LAYER}\` that answer to two
objects or more: those that are in a fifth of a unit’s ${BEST} best of ${PICTURES} held-out pictures, by the world’s truth. Facets are found as \`convscope facets\` does, in the
${GROUPED} best pictures, as many as there are objects. From each facet’s mean image one image is drawn by optimizing pixels; and one by sampling codes, from the code of
the mean image or from the mean of the codes of the same ${NEAREST} pictures, ${STEPS} steps, wanting the unit’s share of its layer. ${images} images a way. mini-generator was trained with
features of conv1 to conv3 of ${ASKED}; ${JUDGE} had no part in anything.`,
    `Units: ${units.join('; ')}.`,
    `- **activation**: of the unit, beside the greatest in real pictures.
- **its object**: the share of images that ${JUDGE} names as the object of the facet that they were made for.
- **objects covered**: the share of the unit’s objects that its images are named as.
- **diversity**: the mean distance of two images of a unit, in ${JUDGE}’s features.
- **distance** to the ${NEIGHBOURS} nearest real pictures in these features, where real pictures have 1.

95 % intervals by bootstrap over units.`,
    table(
      ['', 'activation', 'its object', 'objects covered', 'diversity', 'distance'],
      rows.map(({ title, faceted, scores }) => {
        const cell = (field: keyof UnitScores, digits = 2) => interval(meanOf(scores.map((one) => one[field])), digits);
        return [
          title,
          cell('reached'),
          faceted ? cell('meant') : '–',
          cell('covered'),
          cell('diversity', 1),
          cell('distance'),
        ];
      }),
    ),
    'Mean codes sampled, less MFV’s images, unit by unit:',
    table(
      ['less', 'activation', 'its object', 'objects covered', 'diversity', 'distance'],
      [OWN, PLAIN].map((title) => [title, ...fields.map(less(of(title)))]),
    ),
    shown,
    'Row by row as in the first table; a column is one facet, in the order of the units.',
  ].join('\n\n');
}
