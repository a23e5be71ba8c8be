// Whether samples of captions are as their captions say, by a judge that is asked about real pictures too.
import type { SamplerOptions } from '../../src/methods/ppgn.js';
import { type Estimate, meanOf, shareOf } from '../../src/node/gallery/intervals.js';
import { caption } from '../../src/objectives/caption.js';
import { logProbability } from '../../src/objectives/logProbability.js';
import { sum } from '../../src/objectives/sum.js';
import type { Picture } from '../../src/scene/input.js';
import { CLASSES, worldImage } from '../../train/world/index.js';
import { saidIn } from '../../train/world/said.js';
import { ATTRIBUTES, type CaptionJudge, captionJudge, type Verdict } from './captionJudge.js';
import {
  drawnAgain,
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

/** Pictures that the judge learns from, and those that it is asked about to know how often it errs. */
const TOLD = 1500;
const ASKED = 600;
/** Captions that are drawn: those of the next pictures, which the judge is not told of either. */
const CAPTIONS = 40;
/** Images of the sheet. */
const SHOWN = 16;

interface Row {
  readonly title: string;
  readonly verdicts: readonly Verdict[];
}

export interface Captions {
  readonly rows: readonly Row[];
  readonly captions: readonly string[];
  readonly shown: string;
}

export async function measure(setting: Setting): Promise<Captions> {
  const { ctx, judge } = setting;
  const judged: CaptionJudge = await captionJudge(ctx, judge, pictures(TOLD, SEEDS.told));
  const real = pictures(ASKED, SEEDS.said);
  const own = real.map((image) => image.caption);
  const rows: Row[] = [
    { title: 'real pictures, by their captions', verdicts: await judged.verdicts(real, own) },
    {
      title: 'the same, drawn by mini-generator from their codes',
      verdicts: await judged.verdicts(await drawnAgain(setting, real), own),
    },
  ];
  const wanted = Array.from({ length: CAPTIONS }, (_, i) => worldImage(SEEDS.said, ASKED + i).caption);
  const sampled = async (conditionOf: (words: string) => SamplerOptions['condition']): Promise<Picture[]> => {
    const pictures: Picture[] = [];
    for (const [seed, words] of wanted.entries()) {
      const [{ picture }] = await lastOf(setting, { condition: conditionOf(words), chains: 1, seed });
      pictures.push(picture);
    }
    return pictures;
  };
  const said = (words: string) => caption.make({ words, of: 'reader' });
  const made = await sampled(said);
  rows.push({ title: 'joint PPGN-h, of captions', verdicts: await judged.verdicts(made, wanted) });
  // The same images by the captions of others: what is right by chance.
  const others = wanted.map((_, i) => wanted[(i + CAPTIONS / 2) % CAPTIONS]);
  rows.push({ title: 'the same images, by captions of others', verdicts: await judged.verdicts(made, others) });
  // What is said and, asked of the net itself, the class that it is said of.
  const both = await sampled((words) =>
    sum.make({ of: [said(words), logProbability.make({ class: classNamed(saidIn(words).noun) })] }),
  );
  rows.push({
    title: 'joint PPGN-h, of captions and of their objects’ classes',
    verdicts: await judged.verdicts(both, wanted),
  });
  const first = [...made.slice(0, SHOWN), ...both.slice(0, SHOWN)];
  return {
    rows,
    captions: wanted.slice(0, SHOWN),
    shown: await sheet('captions', 'samples of captions, and of captions with their classes', first, SHOWN),
  };
}

const classNamed = (noun: string): number => CLASSES.findIndex(({ name }) => name === noun);

const shareRight = (verdicts: readonly Verdict[], attribute: (typeof ATTRIBUTES)[number]): Estimate =>
  shareOf(verdicts.flatMap((verdict) => verdict[attribute] ?? []));

/** Of what each caption says, the share that is so. */
const meanRight = (verdicts: readonly Verdict[]): Estimate =>
  meanOf(
    verdicts.map((verdict) => {
      const all = Object.values(verdict);
      return all.filter(Boolean).length / all.length;
    }),
  );

export function page({ rows, captions, shown }: Captions): string {
  return [
    `A chain of ${STEPS} steps for each of ${CAPTIONS} captions of held-out pictures of the world, conditioned on mini-captioner, which reads what ${NET} sees and the picture at 16×16 pixels, and on no class. A sampler’s image has no truth to be
checked against, so a judge says whether it is as its caption says. The judge sees by ${JUDGE}, and learned from ${TOLD} pictures of the world and their truth:

- **object**: ${JUDGE} names the object of the caption.
- **colour**: a linear probe on ${JUDGE}’s means and maxima of maps (\`fire3\`, \`fire5\`, \`fire7\`) and on shares of colours. A table says what the pixels of objects with
  each of 16³ tints are called, by the truth masks; the shares are its votes, once weighed by where objects of the class named are in pictures, and once all alike.
- **place**, and **night or sunset**, where they are said: linear probes on the same means and maxima.
- **second object**, where one is said to be on a side: a probe sees that there are two, and ${JUDGE}’s map of the first is greater on its side. Which object the
  second is, is not asked.

The first row is the judge’s own: ${ASKED} real pictures by their own captions, none of which it learned from. The second is what the generator can show at all. The fourth is what is right by
chance. In the last, ${NET} is asked for the class of the caption's object too, as a product of experts. In brackets 95 % intervals, Wilson’s, and for the last column by bootstrap.`,
    table(
      ['', 'object', 'colour', 'place', 'night or sunset', 'second object', 'of all that is said'],
      rows.map(({ title, verdicts }) => [
        title,
        ...ATTRIBUTES.map((attribute) => percent(shareRight(verdicts, attribute))),
        percent(meanRight(verdicts)),
      ]),
    ),
    shown,
    `Above of captions, below of captions and classes: ${captions.join('; ')}.`,
  ].join('\n\n');
}
