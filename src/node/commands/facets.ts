// convscope facets: the kinds of pictures that a unit answers to, and an image of each.
import { join } from 'node:path';
import type { Command } from 'commander';
import { OptionError } from '../../core/errors.js';
import { VERSION } from '../../core/version.js';
import { SCALES, type Scale } from '../../facets/clusters.js';
import type { Model } from '../../graph/model.js';
import {
  CHOICES,
  type Choice,
  codeNames,
  type FacetsOptions,
  facetStudy,
  findFacets,
  layersOfCodes,
  meanName,
} from '../../methods/facets.js';
import { presetNamed } from '../../methods/preferred.js';
import { targetOf } from '../../methods/presets/target.js';
import { render } from '../../methods/render.js';
import { channelScale, imageShape, type Picture, toPicture } from '../../scene/input.js';
import { modelHash } from '../../scene/modelHash.js';
import { checkTakesPictures } from '../../scene/picture.js';
import { formatUnit } from '../../scene/unit.js';
import { searchedLayers } from '../../scene/unitLayers.js';
import { aboutRun, statisticsOf } from '../../synthesize/about.js';
import { toSpecs } from '../../synthesize/study.js';
import { type FacetsFile, facetsPage } from '../facets/page.js';
import { encodePicture, montage, writePicture } from '../images.js';
import { makeFolder, writeWhole } from '../outputs.js';
import { requirePackages } from '../packages.js';
import { listImages } from '../sources/list.js';
import { packagesFor } from '../sources/names.js';
import { statisticsByName } from '../statistics.js';
import { openPicture, Skipped, withStrict } from './inputs.js';
import { collect } from './parts.js';
import { progressBar } from './progressBar.js';
import {
  aboutModel,
  type CommonOptions,
  integer,
  marked,
  markOf,
  openDevice,
  openModel,
  printJson,
  warnUnstated,
  withDevice,
  withModel,
} from './shared.js';
import { UNIT, unitOf } from './units.js';

interface Options extends CommonOptions {
  readonly unit: string;
  readonly images: readonly string[];
  readonly k: string;
  readonly codes?: string;
  readonly choose?: string;
  readonly count: string;
  readonly codesAs: string;
  readonly on: string;
  readonly nearest: string;
  readonly seed: string;
  readonly preset: string;
  readonly steps?: string;
  readonly strict?: boolean;
  readonly out: string;
}

/** Pictures that a facet's strip shows. */
const SHOWN = 12;

export function addFacets(program: Command): void {
  withStrict(withDevice(withModel(program.command('facets'))))
    .description('group the pictures that a unit answers to, and draw what it sees in each group, as a page')
    .requiredOption('--unit <unit>', UNIT)
    .option(
      '--images <source>',
      'pictures: files, folders, list.txt, shards.tar, rows.parquet or world:0-999; may be repeated (required)',
      collect,
      [],
    )
    .option('--k <n|auto>', 'facets; auto: as many as the silhouette says', 'auto')
    .option(
      '--codes <names>',
      'what is compared, separated by commas: fc6, conv4@max, fc6@relevance; default: relevances of the last layers before the scores',
    )
    .option(
      `--choose <${CHOICES.join('|')}>`,
      'which pictures: all, those that the net takes for the class, or those in which the unit is most active; default: class for a class, else active',
    )
    .option('--count <n>', 'pictures in which the unit is most active', '200')
    .option(
      `--codes-as <${SCALES.join('|')}>`,
      'what is done to codes first: unit length, square roots of unit length',
      'unit',
    )
    .option('--on <components|map>', 'where groups are found: among principal components, or on the map', 'components')
    .option('--nearest <n>', 'pictures that a facet’s mean image is made of', '15')
    .option('--seed <n>', 'of the groups and the map', '0')
    .option('--preset <name>', 'how the images are drawn: one that goes on in pixels, such as mfvMean', 'spectrum')
    .option('--steps <n>', 'steps in place of the preset’s own')
    .requiredOption('--out <folder>', 'folder for index.html, facets.json and the pictures')
    .action(async (spec: string, options: Options) => {
      const { out, preset: name } = options;
      if (options.images.length === 0) throw new OptionError('--images', 'name pictures, a folder or world:0-999');
      const preset = presetNamed(name);
      if (preset.references) throw new OptionError('--preset', `'${name}' compares with pictures; take another`);
      const model = await openModel(spec, options);
      warnUnstated(model);
      checkTakesPictures(model);
      const unit = unitOf(model, options.unit);
      const codes = options.codes?.split(',').map((name) => name.trim()) ?? codeNames(model, formatUnit(unit));
      layersOfCodes(model, codes);
      searchedLayers(model, { layers: [unit.layer] });
      const wanted = wantedOf(options);
      const images = await listImages(options.images);
      await requirePackages(packagesFor(images, true));
      const statistics = await statisticsByName();
      await makeFolder('--out', out);
      using ctx = await openDevice(options);
      const skipped = new Skipped(options.strict, images.length);
      const bar = progressBar('{bar} {value}/{total} {what}  {eta_formatted} left', !options.json);
      bar.start(images.length, 0, { what: 'pictures' });
      const found = await findFacets(
        ctx,
        model,
        images.map((id) => ({ id, picture: () => openPicture(id) })),
        {
          ...wanted,
          unit: formatUnit(unit),
          codes,
          onUnreadable: (image, error) => skipped.add(String(image), error),
          onProgress: ({ done, total = images.length }) => {
            bar.setTotal(total);
            bar.update(done);
          },
        },
      );
      skipped.end(images.length);
      const { study, pictures } = facetStudy(
        model,
        found,
        name,
        options.steps === undefined ? undefined : integer('--steps', options.steps),
      );
      const result = await render(ctx, model, study, {
        statistics,
        pictures,
        onFrame: ({ step, steps }) => {
          bar.setTotal(steps);
          bar.update(step, { what: 'steps' });
        },
      });
      bar.stop();
      const about = await aboutRun(ctx, model, { statistics: statisticsOf(toSpecs(study), statistics) });
      const size = result.images.length / found.k;
      const [, H, W] = imageShape(model);
      const facets: FacetsFile['facets'][number][] = [];
      for (const [i, { members, mean }] of found.facets.entries()) {
        const { start } = result.outcomes[i];
        const isDead = start.by === 'dead';
        const files = { mean: meanName(i), image: `facet-${i + 1}.png`, members: `members-${i + 1}.webp` };
        await writePicture(join(out, files.mean), marked(model, toPicture(pixelsOf(model, mean), model, 'pixels')));
        if (!isDead) {
          const own = result.images.subarray(i * size, (i + 1) * size);
          const picture = marked(model, toPicture(own, model, 'pixels', result.size));
          await writePicture(join(out, files.image), picture, { ...result.recipe, about });
        }
        const strip = await stripOf(members.slice(0, SHOWN).map(String), [W, H]);
        await writeWhole(join(out, files.members), await encodePicture('.webp', strip, 85));
        facets.push({
          size: members.length,
          ...(isDead ? { mean: files.mean, members: files.members, remark: start.text } : files),
          objective: result.records[i].at(-1)?.objective ?? 0,
        });
      }
      const hash = await modelHash(model);
      const target = targetOf(model, found.unit);
      const label = target.kind === 'class' ? model.labels?.[target.class] : undefined;
      const file: FacetsFile = {
        convscope: VERSION,
        model: { name: model.name, ...(hash !== undefined && { hash }) },
        ...markOf(model),
        adapter: ctx.adapterName,
        unit: found.unit,
        ...(label !== undefined && { label }),
        codes: found.codes,
        preset: name,
        k: found.k,
        silhouette: found.silhouette,
        skipped: skipped.images,
        images: found.images,
        facets,
        shown: SHOWN,
        size: [W, H],
      };
      await writeWhole(join(out, 'facets.json'), `${JSON.stringify(file)}\n`);
      const index = join(out, 'index.html');
      await writeWhole(index, facetsPage(file));
      const sizes = facets.map((facet) => facet.size);
      if (options.json)
        printJson({
          model: model.name,
          adapter: ctx.adapterName,
          ...aboutModel(model),
          unit: found.unit,
          k: found.k,
          silhouette: found.silhouette,
          sizes,
          index,
        });
      else console.log(`${found.k} facets of ${sizes.join(', ')} pictures: ${index}`);
    });
}

/** What the options say about the search. @throws OptionError */
function wantedOf(options: Options): Omit<FacetsOptions, 'unit'> {
  const oneOf = <T extends string>(option: string, known: readonly T[], text: string): T => {
    const found = known.find((one) => one === text);
    if (found !== undefined) return found;
    throw new OptionError(option, `must be ${known.join(', ')}, got '${text}'`);
  };
  const { k, choose, count, codesAs, on, nearest, seed } = options;
  return {
    k: k === 'auto' ? k : integer('--k', k),
    ...(choose !== undefined && { choose: oneOf<Choice>('--choose', CHOICES, choose) }),
    count: integer('--count', count),
    scale: oneOf<Scale>('--codes-as', SCALES, codesAs),
    on: oneOf('--on', ['components', 'map'] as const, on),
    nearest: integer('--nearest', nearest),
    seed: integer('--seed', seed),
  };
}

/** A net's input as pixels minus the mean. */
function pixelsOf(model: Model, input: Float32Array): Float32Array {
  const [C] = imageShape(model);
  const scale = channelScale(model.preprocessing, C);
  return input.map((value, i) => value / scale[Math.floor((i * C) / input.length)]);
}

/** Pictures side by side, each brought to the net's size. */
async function stripOf(sources: readonly string[], [width, height]: readonly [number, number]): Promise<Picture> {
  const { default: sharp } = await import('sharp');
  const pictures: Picture[] = [];
  for (const source of sources) {
    const { width: w, height: h, data } = await openPicture(source);
    const raw = sharp(data, { raw: { width: w, height: h, channels: 4 } });
    const fitted = await raw.resize(width, height, { fit: 'cover' }).raw().toBuffer();
    pictures.push({ width, height, data: new Uint8ClampedArray(fitted) });
  }
  return montage(pictures);
}
