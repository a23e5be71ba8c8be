// Samples of the classes of the world, as a second net sees them: named right, by class; how different; how near to real pictures; and
// how many of the known facets of a class they show.
import { mean } from 'simple-statistics';
import { render } from '../../src/methods/render.js';
import type { SampleOptions } from '../../src/methods/samples.js';
import { meanOf, shareOf } from '../../src/node/gallery/intervals.js';
import { each } from '../../src/objectives/each.js';
import { logProbability } from '../../src/objectives/logProbability.js';
import { type Picture, toPicture } from '../../src/scene/input.js';
import { CLASSES } from '../../train/world/index.js';
import { oracleOf } from '../facets/oracle.js';
import { best } from '../facets/probe.js';
import { type Look, lookAt } from './look.js';
import { frechet, meanDistance } from './scores.js';
import {
  codesOf,
  interval,
  JUDGE,
  lastOf,
  NET,
  percent,
  pictures,
  SEEDS,
  type Setting,
  STEPS,
  sheet,
  table,
} from './setting.js';

/** A way to draw images of a class. */
interface Way {
  readonly title: string;
  readonly options?: Partial<SampleOptions>;
  /** Chains start from codes of pictures of the world. */
  readonly real?: true;
}

const DGN = 'DGN-AM';
const JOINT = 'joint PPGN-h';
const WAYS: readonly Way[] = [
  { title: 'plain activation maximization (`spectrum`)' },
  { title: DGN, options: { variant: 'dgn-am' } },
  { title: JOINT, options: {} },
  { title: 'joint PPGN-h, from codes of pictures', options: {}, real: true },
  { title: 'PPGN-h, with mini-dae', options: { variant: 'ppgn-h' } },
  {
    title: 'joint PPGN-h, as the authors’ code (`step: authors`, ε₁ 1e-5, no noise)',
    options: { step: 'authors', epsilon1: 1e-5, epsilon3: 0 },
  },
];

/** What a way drew: `chains` images of each class, class by class, and what was found in them. */
interface Drawn {
  readonly title: string;
  readonly looks: readonly Look[];
  /** For each class with several facets, the share of them that its images show. */
  readonly covered: readonly number[];
  readonly fréchet: number;
  readonly perSecond?: number;
  /** Markdown of its sheet. */
  readonly shown?: string;
}

export interface Samples {
  readonly chains: number;
  readonly oracle: readonly number[];
  readonly drawn: readonly Drawn[];
}

export async function measure(setting: Setting): Promise<Samples> {
  const { ctx, judge, chains } = setting;
  const classes = [...CLASSES.keys()];
  const real = (seed: number): Picture[] => classes.flatMap((c) => pictures(chains, seed, { class: c }));
  const truth = real(SEEDS.real);
  const known = await lookAt(ctx, judge, truth);
  const oracles = new Map<number, Awaited<ReturnType<typeof oracleOf>>>();
  for (const c of classes) if (CLASSES[c].facets.length > 1) oracles.set(c, await oracleOf(ctx, judge, c));
  const coveredIn = async (all: readonly Picture[]): Promise<number[]> => {
    const shares: number[] = [];
    for (const [c, { oracle, k }] of oracles) {
      const own = all.slice(c * chains, (c + 1) * chains).map((picture, id) => ({ id, picture }));
      shares.push(new Set((await oracle(own)).map(best)).size / k);
    }
    return shares;
  };
  const features = (looks: readonly Look[]) => looks.map((look) => look.features);
  const again = await lookAt(ctx, judge, real(SEEDS.again));
  const drawn: Drawn[] = [
    {
      title: 'real pictures of the world',
      looks: known,
      covered: await coveredIn(truth),
      fréchet: frechet(features(known), features(again)),
    },
  ];
  for (const [i, way] of WAYS.entries()) {
    const began = performance.now();
    const made = way.options === undefined ? await plain(setting) : await sampled(setting, way, way.options);
    const seconds = (performance.now() - began) / 1000;
    const looks = await lookAt(ctx, judge, made);
    const columns = Math.min(4, chains);
    const rows = classes.flatMap((c) => made.slice(c * chains, c * chains + columns));
    drawn.push({
      title: way.title,
      looks,
      covered: await coveredIn(made),
      fréchet: frechet(features(looks), features(known)),
      perSecond: made.length / seconds,
      shown: await sheet(String(i), 'samples', rows, 5 * columns),
    });
    console.log(`${way.title}: ${seconds.toFixed(0)} s`);
  }
  return { chains, oracle: [...oracles.values()].map(({ accuracy }) => accuracy), drawn };
}

/** One chain of every class at a time. */
async function sampled(setting: Setting, { real }: Way, options: Partial<SampleOptions>): Promise<Picture[]> {
  const { chains } = setting;
  const of = CLASSES.map((_, c) => logProbability.make({ class: c }));
  const starts = real ? await codesOf(setting, pictures(chains, SEEDS.starts)) : [];
  const rounds: Picture[][] = [];
  for (let n = 0; n < chains; n++) {
    const own = await lastOf(setting, {
      ...options,
      condition: each.make({ of }),
      chains: of.length,
      seed: n * of.length,
      ...(real && { starts: of.map(() => starts[n]) }),
    });
    rounds.push(own.map(({ picture }) => picture));
  }
  return of.flatMap((_, c) => rounds.map((round) => round[c]));
}

async function plain({ ctx, net, chains, statistics }: Setting): Promise<Picture[]> {
  const seeds = Array.from({ length: chains }, (_, i) => i);
  const made: Picture[] = [];
  for (const c of CLASSES.keys()) {
    const { images, size } = await render(ctx, net, { unit: `fc8:${c}`, seeds }, { statistics });
    const length = images.length / chains;
    for (const n of seeds) made.push(toPicture(images.subarray(n * length, (n + 1) * length), net, 'pixels', size));
  }
  return made;
}

/** Mean distances of the images of each class. */
const distances = ({ looks }: Drawn, chains: number): number[] =>
  CLASSES.map((_, c) => meanDistance(looks.slice(c * chains, (c + 1) * chains).map(({ features }) => features)));

const isRight = ({ looks }: Drawn, chains: number): boolean[] =>
  looks.map(({ named }, i) => named === Math.floor(i / chains));

export function page({ chains, oracle, drawn }: Samples): string {
  const rows = drawn.map((own) => [
    own.title,
    percent(shareOf(isRight(own, chains))),
    interval(meanOf(distances(own, chains)), 1),
    interval(meanOf(own.covered)),
    own.fréchet.toFixed(0),
    own.perSecond?.toFixed(2) ?? '',
  ]);
  const of = (title: string) => drawn.find((own) => own.title === title) ?? drawn[0];
  const [dgn, joint] = [of(DGN), of(JOINT)].map((own) => distances(own, chains));
  const ahead = meanOf(joint.map((distance, c) => distance - dgn[c]));
  const samplers = drawn.slice(2, -1);
  const byClass = CLASSES.map(({ name }, c) => {
    const own = (one: Drawn) => isRight(one, chains).slice(c * chains, (c + 1) * chains);
    return [name, ...drawn.map((one) => own(one).filter(Boolean).length), percent(shareOf(samplers.flatMap(own)))];
  });
  const sheets = drawn.flatMap(({ title, shown }) => (shown === undefined ? [] : [`**${title}**\n\n${shown}`]));
  return [
    `${chains} chains of each of the ${CLASSES.length} classes of the toy world, ${STEPS} steps each, conditioned on ${NET}. ${JUDGE}, which no sampler saw and no generator was trained with,
looks at the last image of each chain:

- **named right**: the share of images that it takes for their class (Wilson’s 95 % interval).
- **diversity**: the mean distance of two images of one class, in its features before the scores (means over the map of \`fire7/concat\`);
  95 % interval by bootstrap over the classes.
- **facets covered**: nine classes have two facets each, such as the side and the front of cars. The share of them that ${chains} images of the class
  show, by the oracle of [the facets](facets.md): a linear probe on ${JUDGE} that was told the facets of held-out pictures, of which it takes
  ${(100 * mean([...oracle])).toFixed(0)} % for what they are. Bootstrap over these classes.
- **Fréchet distance** of the features to those of ${CLASSES.length * chains} real pictures, as many of each class; the first row compares two sets of real pictures.`,
    table(['', 'named right', 'diversity', 'facets covered', 'Fréchet distance', 'images a second'], rows),
    `Joint PPGN-h’s diversity less DGN-AM’s, class by class: ${interval(ahead, 1)}.`,
    `### By class

How many of ${chains} images are named right, and the share of those of the four samplers with this library’s step together.`,
    table(['', 'real', '`spectrum`', DGN, JOINT, 'from pictures', 'PPGN-h', 'authors’ step', 'four samplers'], byClass),
    `### The images

Row by row: ${CLASSES.map(({ name }) => name).join(', ')}; ${Math.min(4, chains)} chains of each.`,
    ...sheets,
  ].join('\n\n');
}
