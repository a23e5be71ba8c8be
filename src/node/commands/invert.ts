// convscope invert: writes what layers have kept of pictures: other images that they can hardly tell from these.
import { join } from 'node:path';
import type { Command } from 'commander';
import { OptionError } from '../../core/errors.js';
import type { Model } from '../../graph/model.js';
import type { Inverted } from '../../methods/invert.js';
import { REFERENCES } from '../../methods/presets/vital.js';
import { cropOf } from '../../scene/crop.js';
import { imageShape, type Picture, toPicture } from '../../scene/input.js';
import { inspectModel } from '../../scene/inspect.js';
import { checkTakesPictures } from '../../scene/picture.js';
import { aboutRun, statisticsOf } from '../../synthesize/about.js';
import { toSpecs } from '../../synthesize/study.js';
import { loadCodes } from '../codes.js';
import { montage, writePicture } from '../images.js';
import { loadModel } from '../models.js';
import { makeFolder, writeWhole } from '../outputs.js';
import { listImages } from '../sources/list.js';
import { statisticsByName, statisticsName } from '../statistics.js';
import {
  type InputOptions,
  imageSources,
  readInputs,
  readSideInputs,
  requireFor,
  Skipped,
  withInputs,
  withStrict,
} from './inputs.js';
import { progressBar } from './progressBar.js';
import {
  aboutModel,
  type CommonOptions,
  EXIT,
  integer,
  marked,
  openDevice,
  openModel,
  printJson,
  table,
  warnUnstated,
  withDevice,
  withModel,
} from './shared.js';

interface Options extends CommonOptions, InputOptions {
  readonly layers: string;
  readonly channels?: string;
  readonly places?: string;
  readonly preset?: string;
  readonly generator: string;
  readonly codes: string;
  readonly seeds: string;
  readonly steps?: string;
  readonly statistics?: string;
  readonly atOnce?: string;
  readonly out: string;
}

/** What is told of a layer. */
interface LayerMade {
  readonly layer: string;
  /** Means over its images. */
  readonly codeError: number;
  readonly imageError: number;
  readonly images: readonly {
    readonly picture: string;
    readonly seed: number;
    readonly codeError: number;
    readonly imageError: number;
    readonly file: string;
  }[];
}

/** Pixels between the pictures of the strip. */
const GAP = 2;

export function addInvert(program: Command): void {
  withStrict(withInputs(withDevice(withModel(program.command('invert')))))
    .description('write what layers have kept of pictures: other images with the same activations')
    .argument('[image...]', 'picture files or folders, .npy files, or pictures of the toy world')
    .requiredOption('--layers <names>', 'layers or blobs, separated by commas')
    .option('--channels <list>', 'only these channels of the layers count: 0,1,2')
    .option(
      '--places <list>',
      'only these rows and columns of the layers’ maps count: top,left,bottom,right, the last two excluded',
    )
    .option('--preset <name>', 'inversionFourier (default), inversionSpectrum, mahendran or inversionGenerator')
    .option('--generator <model>', 'the net that draws codes, for inversionGenerator', 'mini-generator')
    .option('--codes <name|file>', 'what its codes are like: an encoder, or what convscope codes wrote', 'mini-encoder')
    .option('--seeds <list>', 'start images, an inversion of each picture and layer for each: 0,1,2', '0')
    .option('--steps <n>', 'steps in place of the preset’s own')
    .option(
      '--statistics <name|file>',
      'of pictures like the net’s own; default: those that belong to the net, or natural',
    )
    .option('--at-once <n>', 'images that are made at once', '8')
    .requiredOption(
      '--out <folder>',
      'folder to write: a .png file for each inversion, strip.png with all of them, and inversion.json',
    )
    .action(async (spec: string, images: string[], options: Options) => {
      // Presets bring parts with them that no other command needs.
      const { checkInversion, INVERSION, inversionNamed, inversionStudy, invert } = await import(
        '../../methods/invert.js'
      );
      const layers = [...new Set(options.layers.split(',').map((name) => name.trim()))];
      const preset = inversionNamed(options.preset ?? INVERSION);
      const seeds = wholeNumbers('--seeds', options.seeds);
      const atOnce = integer('--at-once', options.atOnce ?? '8');
      const model = await openModel(spec, options);
      checkTakesPictures(model);
      const generator = preset.generator && {
        net: await loadModel(options.generator),
        codes: await loadCodes(options.codes),
      };
      const statistics = await statisticsByName(...(options.statistics === undefined ? [] : [options.statistics]));
      const wanted = {
        preset,
        seeds,
        ...(options.channels !== undefined && { channels: wholeNumbers('--channels', options.channels) }),
        ...(options.places !== undefined && { places: wholeNumbers('--places', options.places) }),
        ...(options.steps !== undefined && { steps: integer('--steps', options.steps) }),
        ...(options.statistics !== undefined && { statistics: statisticsName(options.statistics) }),
      };
      for (const layer of layers) checkInversion(model, { layer, ...wanted });
      const sources = await listImages(imageSources(model, images, options.input));
      warnUnstated(model);
      await requireFor([...sources, join(options.out, 'strip.png')], options.input);
      await makeFolder('--out', options.out);
      using ctx = await openDevice(options);
      const inputs = await readSideInputs(ctx, model, layers, options.input);
      const { images: read, data } = await readInputs(ctx, model, sources, new Skipped(options.strict, sources.length));

      // The first interrupt ends the work and writes the layers that are finished. The second one ends the process as usual.
      const interrupt = new AbortController();
      process.once('SIGINT', () => interrupt.abort());
      const bar = progressBar('{bar} {percentage} %  {eta_formatted} left  {layer}', !options.json);
      const costs = costsOf(model, layers);
      const all = costs.reduce((a, b) => a + b, 0);
      let before = 0;
      bar.start(1, 0, { layer: '' });
      const results: { readonly layer: string; readonly made: readonly Inverted[] }[] = [];
      const layersMade: LayerMade[] = [];
      const used = statisticsOf(toSpecs(inversionStudy(model, { layer: layers[0], ...wanted })), statistics);
      const about = await aboutRun(ctx, model, { statistics: used });
      // A layer is written when it is finished, so that an end in between loses no more than one.
      const write = async (layer: string, made: readonly Inverted[]) => {
        const files: LayerMade['images'][number][] = [];
        for (const { picture, seed, image, codeError, imageError, study } of made) {
          const file = `${picture + 1}-${layer.replaceAll(/[^\w.-]+/g, '_')}-${seed}.png`;
          await writePicture(join(options.out, file), marked(model, toPicture(image, model)), {
            ...toSpecs(study),
            about: {
              ...about,
              ...(options.input.length > 0 && { inputs: options.input }),
              [REFERENCES]: [read[picture]],
              picture: { snapshot: 'last', contrast: 'pixels' },
              ...aboutModel(model),
            },
          });
          files.push({ picture: read[picture], seed, codeError, imageError, file });
        }
        const [codeError, imageError] = (['codeError', 'imageError'] as const).map((key) =>
          mean(files.map((f) => f[key])),
        );
        layersMade.push({ layer, codeError, imageError, images: files });
      };
      try {
        for (const [i, layer] of layers.entries()) {
          const made = await invert(ctx, model, data, {
            layer,
            ...wanted,
            known: statistics,
            ...(generator && { generator }),
            atOnce,
            inputs,
            signal: interrupt.signal,
            onProgress: (share) => bar.update((before + costs[i] * share) / all, { layer }),
          });
          if (interrupt.signal.aborted) break;
          before += costs[i];
          results.push({ layer, made });
          await write(layer, made);
        }
      } finally {
        bar.stop();
      }
      if (results.length > 0) {
        await writePicture(join(options.out, 'strip.png'), marked(model, stripOf(model, data, seeds, results)));
      }
      const told = {
        ...about,
        preset: preset.name,
        seeds,
        ...(wanted.channels && { channels: wanted.channels }),
        ...(wanted.places && { places: wanted.places }),
        images: read,
        layers: layersMade,
        ...aboutModel(model),
      };
      await writeWhole(join(options.out, 'inversion.json'), `${JSON.stringify(told, undefined, 2)}\n`);
      if (options.json) printJson({ out: options.out, ...told });
      else if (layersMade.length > 0) {
        console.log(
          table([
            ['layer', 'error of its code', 'of the image'],
            ...layersMade.map(({ layer, codeError, imageError }) => [
              layer,
              codeError.toPrecision(3),
              imageError.toPrecision(3),
            ]),
          ]),
        );
      }
      if (interrupt.signal.aborted) process.exitCode = EXIT.interrupted;
    });
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/** `0,1,2` @throws OptionError */
function wholeNumbers(option: string, text: string): number[] {
  const all = text.split(',').map((one) => integer(option, one.trim() === '' ? 'nothing' : one));
  if (all.some((v) => v < 0)) throw new OptionError(option, `must be whole numbers from 0, got '${text}'`);
  if (new Set(all).size < all.length && option !== '--places')
    throw new OptionError(option, `names one twice: '${text}'`);
  return all;
}

/** What a step costs for each layer, nearly: the products of all layers up to it. */
function costsOf(model: Model, layers: readonly string[]): readonly number[] {
  const { layers: all } = inspectModel(model);
  return layers.map((wanted) => {
    const until = all.reduce((at, { name, output }, i) => (name === wanted || output === wanted ? i + 1 : at), 0);
    return 1 + all.slice(0, until).reduce((sum, { macs }) => sum + macs, 0);
  });
}

/** A row for each picture and seed: the picture, then each layer's image. */
function stripOf(
  model: Model,
  data: Float32Array,
  seeds: readonly number[],
  results: readonly { readonly made: readonly Inverted[] }[],
): Picture {
  const [C, H, W] = imageShape(model);
  const size = C * H * W;
  const tiles: Picture[] = [];
  for (let n = 0; n < data.length / size; n++) {
    for (const seed of seeds) {
      tiles.push(cropOf(model, data.subarray(n * size, (n + 1) * size), { top: 0, left: 0, bottom: H, right: W }));
      for (const { made } of results) {
        const own = made.find((one) => one.picture === n && one.seed === seed);
        if (!own) throw new OptionError('invert', `has no image of picture ${n + 1}, seed ${seed}`);
        tiles.push(toPicture(own.image, model));
      }
    }
  }
  return montage(tiles, GAP, results.length + 1);
}
