// Makes docs/ppgn.md: what samplers of codes draw, as another net sees it. `npm run docs:ppgn [-- chains of each class]`.
import { mkdir, writeFile } from 'node:fs/promises';
import sharp from 'sharp';
import type { Context } from '../src/gpu/context.js';
import type { Model } from '../src/graph/model.js';
import { render } from '../src/methods/render.js';
import { type Sample, type SampleOptions, sampleChains } from '../src/methods/samples.js';
import { loadCodes } from '../src/node/codes.js';
import { openNodeContext } from '../src/node/context.js';
import { montage } from '../src/node/images.js';
import { loadModel } from '../src/node/models.js';
import { statisticsByName } from '../src/node/statistics.js';
import { logProbability } from '../src/objectives/logProbability.js';
import { activations } from '../src/scene/forward.js';
import { type Picture, preprocessPicture, toPicture } from '../src/scene/input.js';
import { CLASSES, worldImage } from '../train/world/index.js';
import { type Look, lookAt } from './ppgn/look.js';
import { frechet, meanDistance } from './ppgn/scores.js';

/** No net was trained on the world's pictures of these seeds. */
const REAL = { seed: 7, from: 0 };
const STARTS = { seed: 11, from: 0 };
const NET = 'mini-caffenet-robust';
const JUDGE = 'mini-squeezenet';
const STEPS = 60;

/** A way to draw images of a class. */
interface Way {
  readonly title: string;
  readonly options?: Partial<SampleOptions>;
  /** Chains start from codes of pictures of the world. */
  readonly real?: true;
}

const WAYS: readonly Way[] = [
  { title: 'plain activation maximization (`spectrum`)' },
  { title: 'DGN-AM', options: { variant: 'dgn-am' } },
  { title: 'joint PPGN-h', options: {} },
  { title: 'joint PPGN-h, from codes of pictures', options: {}, real: true },
  { title: 'PPGN-h, with mini-dae', options: { variant: 'ppgn-h' } },
  {
    title: 'joint PPGN-h, as the authors’ code (`step: authors`, ε₁ 1e-5, no noise)',
    options: { step: 'authors', epsilon1: 1e-5, epsilon3: 0 },
  },
];

export async function main([count = '4']: string[]): Promise<void> {
  const chains = Number(count);
  if (!Number.isInteger(chains) || chains < 2)
    throw new Error(`chains of each class: a whole number from 2, got '${count}'`);
  using ctx = await openNodeContext({ adapter: 'auto' });
  const [net, judge] = [await loadModel(NET), await loadModel(JUDGE)];
  const nets = {
    generator: await loadModel('mini-generator'),
    encoder: await loadModel('mini-encoder'),
    denoiser: await loadModel('mini-dae'),
  };
  const codes = await loadCodes('mini-encoder');
  const statistics = await statisticsByName();
  await mkdir('docs/images/ppgn', { recursive: true });

  const truth = realPictures(CLASSES.length * chains, REAL.seed);
  const known = await lookAt(
    ctx,
    judge,
    truth.map(({ picture }) => picture),
  );
  const again = await lookAt(
    ctx,
    judge,
    realPictures(truth.length, REAL.seed + 1).map(({ picture }) => picture),
  );
  const rows = [
    row(
      'real pictures of the world',
      known,
      truth.map((t) => t.class),
      again,
    ),
  ];
  const starts = await codesOf(
    ctx,
    nets.encoder,
    realPictures(chains, STARTS.seed).map(({ picture }) => picture),
  );

  for (const { title, options, real } of WAYS) {
    const pictures: Picture[] = [];
    const wanted: number[] = [];
    const began = performance.now();
    for (const c of CLASSES.keys()) {
      pictures.push(
        ...(options === undefined
          ? await plain(ctx, net, c, chains, statistics)
          : await last(ctx, net, {
              ...options,
              nets,
              codes,
              chains,
              condition: logProbability.make({ class: c }),
              ...(real && { starts }),
            })),
      );
      for (let n = 0; n < chains; n++) wanted.push(c);
    }
    const seconds = (performance.now() - began) / 1000;
    rows.push(
      `${row(title, await lookAt(ctx, judge, pictures), wanted, known)} ${(pictures.length / seconds).toFixed(2)} |`,
    );
    console.log(rows.at(-1));
    await sheet(`docs/images/ppgn/${WAYS.findIndex((way) => way.title === title)}.webp`, pictures, chains);
  }
  rows[0] += ' |';
  await writeFile('docs/ppgn.md', page(rows, chains, ctx.adapterName));
}

interface Real {
  readonly picture: Picture;
  readonly class: number;
}

function realPictures(count: number, seed: number): Real[] {
  return Array.from({ length: count }, (_, i) => {
    const { data, width, height, class: own } = worldImage(seed, i);
    return { picture: { data, width, height }, class: own };
  });
}

/** The last image of each chain. */
async function last(ctx: Context, net: Model, options: SampleOptions): Promise<Picture[]> {
  let frame: readonly Sample[] = [];
  for await (const next of sampleChains(ctx, net, { steps: STEPS, every: STEPS, ...options })) frame = next;
  return frame.map(({ image }) => toPicture(image, net, 'pixels'));
}

async function plain(
  ctx: Context,
  net: Model,
  c: number,
  chains: number,
  statistics: Awaited<ReturnType<typeof statisticsByName>>,
) {
  const seeds = Array.from({ length: chains }, (_, i) => i);
  const { images, size } = await render(ctx, net, { unit: `fc8:${c}`, seeds }, { statistics });
  const length = images.length / chains;
  return seeds.map((_, n) => toPicture(images.subarray(n * length, (n + 1) * length), net, 'pixels', size));
}

async function codesOf(ctx: Context, encoder: Model, pictures: readonly Picture[]): Promise<Float32Array[]> {
  const all: Float32Array[] = [];
  for (const picture of pictures) {
    const data = await preprocessPicture(ctx, encoder, picture);
    all.push(Float32Array.from((await activations(ctx, encoder, data, ['fc6'])).get('fc6')?.data ?? []));
  }
  return all;
}

/** One line of the table: named right, mean pairwise distance within a class, Fréchet distance to real pictures. */
function row(title: string, looks: readonly Look[], wanted: readonly number[], real: readonly Look[]): string {
  const right = looks.filter(({ named }, i) => named === wanted[i]).length / looks.length;
  // Of real pictures a class may have one, which has no distance to another.
  const own = [...new Set(wanted)]
    .map((c) => looks.filter((_, i) => wanted[i] === c).map(({ features }) => features))
    .filter((some) => some.length > 1);
  const spread = own.reduce((total, some) => total + meanDistance(some), 0) / own.length;
  const distance = frechet(
    looks.map(({ features }) => features),
    real.map(({ features }) => features),
  );
  return `| ${title} | ${(100 * right).toFixed(0)} % | ${spread.toFixed(2)} | ${distance.toFixed(1)} |`;
}

/** Ten classes, four chains of each, as one picture. */
async function sheet(path: string, pictures: readonly Picture[], chains: number): Promise<void> {
  const shown = [...CLASSES.keys()].flatMap((c) => pictures.slice(c * chains, c * chains + Math.min(4, chains)));
  const { width, height, data } = montage(shown, 2, Math.min(4, chains) * 5);
  const image = sharp(data, { raw: { width, height, channels: 4 } }).flatten({ background: 'white' });
  await writeFile(path, await image.webp({ quality: 80 }).toBuffer());
}

function page(rows: readonly string[], chains: number, adapter: string): string {
  const sheets = WAYS.map(({ title }, i) => `**${title}**\n\n![samples](images/ppgn/${i}.webp)`).join('\n\n');
  return `# Samples of a generator, measured

Made by \`npm run docs:ppgn -- ${chains}\` on ${adapter}. How the samplers work: [PPGN](methods/ppgn.md).

${chains} chains of each of the ${CLASSES.length} classes of the toy world, ${STEPS} steps each, conditioned on ${NET}. ${JUDGE}, which no sampler saw and no generator was trained with, looks at
the last image of each chain:

- **named right**: the share of images that it takes for their class.
- **diversity**: the mean distance of two images of one class, in its features before the scores (means over the map of \`fire7/concat\`).
- **Fréchet distance** of these features to those of ${CLASSES.length * chains} real pictures; the first row compares two sets of real pictures.

| | named right | diversity | Fréchet distance | images a second |
|---|---:|---:|---:|---:|
${rows.join('\n')}

Row by row: ${CLASSES.map(({ name }) => name).join(', ')}; four chains of each.

${sheets}
`;
}
