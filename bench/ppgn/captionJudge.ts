// Judges whether a picture is as a caption says. Learned from pictures of the world and their truth with mini-squeezenet, which no
// sampler saw. A sampler's image has no truth of its own, so the judge is asked about held-out pictures too, to know how often it errs.
import type { Context } from '../../src/gpu/context.js';
import type { Model } from '../../src/graph/model.js';
import { codesNamed } from '../../src/methods/facets.js';
import { codes } from '../../src/scan/codes.js';
import { scan } from '../../src/scan/scan.js';
import type { Picture } from '../../src/scene/input.js';
import { searchedLayers } from '../../src/scene/unitLayers.js';
import { CLASSES, COLOURS, type WorldImage } from '../../train/world/index.js';
import { saidIn } from '../../train/world/said.js';
import { unit } from '../facets/oracle.js';
import { best, type Probe, probe } from '../facets/probe.js';

/** What is judged, each by itself. */
export const ATTRIBUTES = ['object', 'colour', 'place', 'time', 'beside'] as const;
export type Attribute = (typeof ATTRIBUTES)[number];
/** For each attribute that a caption speaks of, whether the picture has it. */
export type Verdict = Partial<Record<Attribute, boolean>>;

export interface CaptionJudge {
  /** One verdict for each picture, about its caption. */
  verdicts(pictures: readonly Picture[], captions: readonly string[]): Promise<readonly Verdict[]>;
}

/** Means and maxima of maps, as the oracle of facets sees them, and of a layer where colours are still there. */
const FEATURES = ['fire3/concat', 'fire5/concat', 'fire7/concat'].flatMap((layer) => [layer, `${layer}@max`]);
/** Maps of classes: the scores are their means. */
const SCORES = 'conv10';
/** Values of each of red, green and blue that are told apart. */
const LEVELS = 16;
const RIDGE = 0.01;
const TIMES = ['day', 'sunset', 'night'] as const;
const DAY = 0;

/** What the judge sees in a picture. */
interface Seen {
  readonly features: readonly number[];
  /** Of each class: its map `[H, W]`. */
  readonly maps: readonly (readonly number[])[];
  readonly named: number;
}

/** Learns from pictures of the world, at least some hundreds. */
export async function captionJudge(ctx: Context, judge: Model, told: readonly WorldImage[]): Promise<CaptionJudge> {
  const seen = await lookAt(ctx, judge, told);
  const said = told.map(({ caption }) => saidIn(caption));
  const colours = colourShares(told);
  const rowsOf = (pictures: readonly Picture[], all: readonly Seen[]) =>
    all.map(({ features, named }, i) => [...features, ...colours(pictures[i], named)]);
  const rows = rowsOf(told, seen);
  const places = [...new Set(said.flatMap(({ place }) => place ?? []))].sort();
  const learn = (truth: readonly (number | undefined)[], from: readonly (readonly number[])[]): Probe => {
    const own = truth.flatMap((one, i) => (one === undefined ? [] : [i]));
    return probe(
      own.map((i) => from[i]),
      own.map((i) => truth[i] ?? 0),
      RIDGE,
    );
  };
  const number = <T>(list: readonly T[], one: T | undefined) => (one === undefined ? undefined : list.indexOf(one));
  const features = seen.map((one) => one.features);
  const probes = {
    colour: learn(
      said.map(({ colour }) => number(COLOURS, colour)),
      rows,
    ),
    place: learn(
      said.map(({ place }) => number(places, place)),
      features,
    ),
    // Night and sunset are left unsaid at times, so only what is said is learned from; of what says neither, most is day.
    time: learn(
      said.map(({ time }) => (time === undefined ? DAY : TIMES.indexOf(time))),
      features,
    ),
    beside: learn(
      said.map(({ beside }) => (beside ? 1 : 0)),
      features,
    ),
  };
  return {
    async verdicts(pictures, captions) {
      const now = await lookAt(ctx, judge, pictures);
      const own = now.map((one) => one.features);
      const [colour, place, time, beside] = [
        probes.colour.scores(rowsOf(pictures, now)),
        probes.place.scores(own),
        probes.time.scores(own),
        probes.beside.scores(own),
      ].map((scores) => scores.map(best));
      return captions.map((caption, i) => {
        const is = saidIn(caption);
        const noun = CLASSES.findIndex(({ name }) => name === is.noun);
        return {
          object: now[i].named === noun,
          ...(is.colour && { colour: COLOURS[colour[i]] === is.colour }),
          ...(is.place !== undefined && { place: places[place[i]] === is.place }),
          ...(is.time && is.time !== 'day' && { time: TIMES[time[i]] === is.time }),
          ...(is.beside && { beside: beside[i] === 1 && sideOf(now[i].maps[noun]) === is.beside.side }),
        };
      });
    },
  };
}

/** Where the object of a class is: on which side its map, of three columns, is greater. */
function sideOf(map: readonly number[]): 'left' | 'right' {
  const side = Math.sqrt(map.length);
  const most = (column: number) => Math.max(...map.filter((_, i) => i % side === column));
  return most(0) > most(side - 1) ? 'left' : 'right';
}

async function lookAt(ctx: Context, judge: Model, pictures: readonly Picture[]): Promise<Seen[]> {
  const [scores] = searchedLayers(judge, { layers: [SCORES] }).layers;
  const [C, H, W] = scores.shape;
  const all = Array.from({ length: H * W }, (_, i) => [Math.floor(i / W), i % W] as const);
  const collectors = [...codesNamed(judge, 'pool10:0', FEATURES), codes(scores, { places: all })];
  const { states } = await scan(
    ctx,
    judge,
    pictures.map((picture, id) => ({ id, picture })),
    collectors,
  );
  return pictures.map((_, i) => {
    const rows = states.map((state) => [...(state.get(i)?.row ?? [])]);
    // `[places, C]`, turned.
    const last = rows[rows.length - 1];
    const maps = Array.from({ length: C }, (_, c) => all.map((_, place) => last[place * C + c]));
    return {
      features: rows.slice(0, -1).flatMap((row) => unit(row)),
      maps,
      named: best(maps.map((map) => map.reduce((sum, v) => sum + v, 0))),
    };
  });
}

/**
 * How much of a picture has each colour, by a table of what the pixels of objects with each tint are called: once where objects of a class
 * most often are, and once everywhere.
 */
function colourShares(told: readonly WorldImage[]): (picture: Picture, named: number) => number[] {
  const K = COLOURS.length;
  const named = new Float64Array(LEVELS ** 3 * K).fill(1 / K);
  const [{ masks }] = told;
  const where = CLASSES.map(() => new Float64Array(masks.object.length));
  for (const image of told) {
    for (const [i, object] of image.masks.object.entries()) {
      const colour = image.masks.colour[i];
      if (object > 0 && colour > 0) named[K * tintOf(image, i) + colour - 1]++;
      if (object === 1 + image.class) where[image.class][i]++;
    }
  }
  return (picture, c) => {
    const [inside, everywhere] = [new Float64Array(K), new Float64Array(K)];
    for (const [i, weight] of where[c].entries()) {
      const at = K * tintOf(picture, i);
      let sum = 0;
      for (let k = 0; k < K; k++) sum += named[at + k];
      for (let k = 0; k < K; k++) {
        inside[k] += (weight * named[at + k]) / sum;
        everywhere[k] += named[at + k] / sum;
      }
    }
    return [inside, everywhere].flatMap((shares) => {
      const sum = shares.reduce((a, b) => a + b, 0);
      return [...shares].map((share) => share / (sum || 1));
    });
  };
}

/** The place of a pixel's tint in a table of `LEVELS`³. */
function tintOf({ data }: Picture, pixel: number): number {
  const level = (c: number) => Math.floor((data[4 * pixel + c] * LEVELS) / 256);
  return (level(0) * LEVELS + level(1)) * LEVELS + level(2);
}
