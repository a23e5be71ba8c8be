// Makes docs/facets.md: how well groups of codes are the world's true facets. `npm run docs:facets [-- pictures of each class]`.
import { writeFile } from 'node:fs/promises';
import { mean } from 'simple-statistics';
import { adjustedRand, normalizedMutualInformation, purity } from '../src/facets/agreement.js';
import { type ClusterOptions, cluster } from '../src/facets/clusters.js';
import { codesNamed } from '../src/methods/facets.js';
import { openNodeContext } from '../src/node/context.js';
import { meanOf } from '../src/node/gallery/intervals.js';
import { loadModel } from '../src/node/models.js';
import { loadStatistics } from '../src/node/statistics.js';
import { scan } from '../src/scan/scan.js';
import { CLASSES, worldImage } from '../train/world/index.js';
import { type ClassScores, drawnScores } from './facets/drawn.js';
import { probeAccuracy } from './facets/probe.js';
import { unitFacets, unitsSection } from './facets/units.js';

const NETS = ['mini-caffenet', 'mini-caffenet-robust'];
/** No net was trained on the world's pictures of this seed. */
const SEED = 7;
const SEEDS = [0, 1, 2];
/** Seeds of the images. Each costs minutes. */
const DRAWN_SEEDS = [0];
const CODES = ['conv5', 'fc6', 'fc7', 'fc6@relevance', 'fc7@relevance', 'conv4@relevance', 'conv4@max'] as const;
/** Sides of the picture that stands for its pixels. */
const COARSE = 16;

type Codes = readonly (readonly Float32Array[])[];
/** One class with several facets. */
interface Kind {
  readonly name: string;
  readonly truth: readonly number[];
  readonly codes: Readonly<Record<string, readonly Float32Array[]>>;
}

interface Way {
  readonly title: string;
  readonly parts: readonly string[];
  readonly options: Omit<ClusterOptions, 'k' | 'seed'>;
}
const DEFAULT = ['fc6@relevance', 'fc7@relevance', 'conv4@relevance', 'conv4@max'];
const WAYS: readonly Way[] = [
  { title: 'pixels', parts: ['pixels'], options: {} },
  { title: 'conv5, mean over the map', parts: ['conv5'], options: {} },
  { title: 'fc6', parts: ['fc6'], options: {} },
  { title: 'fc7', parts: ['fc7'], options: {} },
  { title: 'fc7, not scaled', parts: ['fc7'], options: { scale: 'none' } },
  { title: 'fc6 and fc7', parts: ['fc6', 'fc7'], options: {} },
  { title: 'fc6 and fc7, square roots', parts: ['fc6', 'fc7'], options: { scale: 'root' } },
  { title: 'fc7, groups on the map (as MFV)', parts: ['fc7'], options: { on: 'map' } },
  { title: 'relevances of fc7 (PURE)', parts: ['fc7@relevance'], options: {} },
  { title: 'relevances of fc6', parts: ['fc6@relevance'], options: {} },
  { title: 'relevances of conv4', parts: ['conv4@relevance'], options: {} },
  { title: 'relevances of fc6, fc7 and conv4', parts: DEFAULT.slice(0, 3), options: {} },
  { title: 'the default, groups on the map', parts: DEFAULT, options: { on: 'map' } },
  { title: '**relevances of fc6, fc7 and conv4, maxima of conv4** (default)', parts: DEFAULT, options: {} },
];

export async function main([count = '200']: string[]): Promise<void> {
  using ctx = await openNodeContext();
  const multifaceted = CLASSES.flatMap(({ facets }, c) => (facets.length > 1 ? [c] : []));
  const sections: string[] = [];
  const second = await loadModel('mini-squeezenet');
  const statistics = { world: await loadStatistics('world') };
  for (const name of NETS) {
    const model = await loadModel(name);
    const kinds: Kind[] = [];
    for (const c of multifaceted) {
      const pictures = Array.from({ length: Number(count) }, (_, i) => worldImage(SEED, i, { class: c }));
      const { states } = await scan(
        ctx,
        model,
        pictures.map(({ width, height, data }, id) => ({ id, picture: { width, height, data } })),
        codesNamed(model, `fc8:${c}`, CODES),
      );
      const rows = states.map((state) => pictures.map((_, i) => state.get(i)?.row ?? new Float32Array()));
      kinds.push({
        name: CLASSES[c].name,
        truth: pictures.map(({ facet }) => facet),
        codes: {
          pixels: pictures.map(coarse),
          ...Object.fromEntries(CODES.map((name, i) => [name, rows[i]])),
        },
      });
      console.log(`${name}: ${CLASSES[c].name}`);
    }
    const drawn: ClassScores[] = [];
    for (const c of multifaceted) {
      const pictures = Array.from({ length: Number(count) }, (_, i) => {
        const { width, height, data, facet } = worldImage(SEED, i, { class: c });
        return { picture: { width, height, data }, facet };
      });
      for (const seed of DRAWN_SEEDS)
        drawn.push(await drawnScores(ctx, model, second, c, pictures, seed, { statistics }));
      console.log(`${name}: ${CLASSES[c].name}, drawn`);
    }
    sections.push(section(name, kinds), drawnSection(drawn), unitsSection(await unitFacets(ctx, model, SEED)));
  }
  await writeFile('docs/facets.md', `${[introduction(ctx.adapterName, Number(count)), ...sections].join('\n\n')}\n`);
}

/** A picture averaged down, `[3, COARSE, COARSE]`. */
function coarse({ width, height, data }: { width: number; height: number; data: Uint8ClampedArray }): Float32Array {
  const out = new Float32Array(3 * COARSE * COARSE);
  const share = (COARSE * COARSE) / (width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const to = Math.floor((y * COARSE) / height) * COARSE + Math.floor((x * COARSE) / width);
      for (let c = 0; c < 3; c++) out[c * COARSE * COARSE + to] += (data[(y * width + x) * 4 + c] / 255) * share;
    }
  }
  return out;
}

const codesOf = (kind: Kind, parts: readonly string[]): Codes =>
  kind.truth.map((_, i) => parts.map((part) => kind.codes[part][i]));

const interval = (values: readonly number[]): string => {
  const { value, low, high } = meanOf(values);
  return `${value.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)})`;
};

/** What an oracle of facets says of the images that methods draw. */
function drawnSection(drawn: readonly ClassScores[]): string {
  const rows = drawn[0].scores.map(({ method }, i) => {
    const own = drawn.map(({ scores }) => scores[i]);
    const right = own.flatMap((one) => one.right ?? []);
    const cells = [
      method,
      right.length > 0 ? interval(right) : '–',
      interval(own.map(({ covered }) => covered)),
      interval(own.map(({ decided }) => decided)),
    ];
    return `| ${cells.join(' | ')} |`;
  });
  const accuracy = drawn.map(({ oracle }) => oracle);
  return [
    `Images of the nine classes, seed ${DRAWN_SEEDS.join(' and ')}, as many images as a class has facets. The oracle takes ${(100 * mean(accuracy)).toFixed(1)} % of held-out pictures for the facet that they have (least: ${(100 * Math.min(...accuracy)).toFixed(0)} %, of ${drawn[accuracy.indexOf(Math.min(...accuracy))].name}).`,
    ['| images | show the facet they were made for | facets covered | decided |', '|---|---:|---:|---:|', ...rows].join(
      '\n',
    ),
  ].join('\n\n');
}

function section(name: string, kinds: readonly Kind[]): string {
  const rows = WAYS.map((way) => {
    const all = kinds.flatMap((kind) =>
      SEEDS.map((seed) => {
        const k = new Set(kind.truth).size;
        const { groups } = cluster(codesOf(kind, way.parts), { ...way.options, k, seed });
        return {
          kind: kind.name,
          ari: adjustedRand(groups, kind.truth),
          nmi: normalizedMutualInformation(groups, kind.truth),
          purity: purity(groups, kind.truth),
        };
      }),
    );
    return { way, all };
  });
  const table = rows.map(({ way, all }) => {
    const of = (measure: 'ari' | 'nmi' | 'purity') => interval(all.map((one) => one[measure]));
    return `| ${way.title} | ${of('ari')} | ${of('nmi')} | ${of('purity')} |`;
  });
  const best = rows[rows.length - 1].all;
  const byClass = kinds.map((kind) => {
    const own = best.filter((one) => one.kind === kind.name).map(({ ari }) => ari);
    const probe = probeAccuracy(
      codesOf(kind, DEFAULT).map((parts) => parts.flatMap((part) => [...part])),
      kind.truth,
    );
    const told = kind.truth.length;
    return `| ${kind.name} | ${told} | ${mean(own).toFixed(2)} | ${Math.round(100 * probe)} % |`;
  });
  return [
    `## ${name}`,
    ['| codes | adjusted Rand index | mutual information | purity |', '|---|---:|---:|---:|', ...table].join('\n'),
    'By class, with the default, beside what a linear probe can tell:',
    ['| class | pictures | adjusted Rand index | probe |', '|---|---:|---:|---:|', ...byClass].join('\n'),
  ].join('\n\n');
}

const introduction = (adapter: string, count: number): string => `# Facets

A class has facets: kinds of pictures that look different. \`convscope facets\` groups the pictures that a unit answers to, and draws what it sees in
each group ([how](methods/facets.md)). The toy world says which facets there are, so the groups can be scored.

${count} pictures of each of the nine classes with two facets, which no network was trained on (\`worldImage(${SEED}, i, { class })\`). Codes of each
picture → unit length → 10 principal components → k-means, the number of facets told. Means over classes and ${SEEDS.length} seeds, with
95 % intervals (bootstrap over classes and seeds). \`npm run docs:facets\` makes this page. Adapter: ${adapter}.

The probe is a linear one on the same codes, which is told the true facets of four fifths of the pictures and asked about the rest: what it cannot
tell, no grouping of these codes can be expected to find.

Then images are drawn, and an oracle says which facets they show: a linear probe on mini-squeezenet, which has no part in the images, told the
facets of 300 held-out pictures of each class. *Decided* is how far it prefers one facet, beside how far it does in real pictures: 1 is as clear as
these, 0 a mixture.`;
