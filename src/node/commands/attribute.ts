// convscope attribute: writes what in pictures made a unit or an objective what it is, by any methods of attribution.
import { join } from 'node:path';
import type { Command } from 'commander';
import { ImageError, OptionError } from '../../core/errors.js';
import { formatShape, sizeOf } from '../../core/shape.js';
import type { Model } from '../../graph/model.js';
import { writeNpy } from '../../importers/index.js';
import { attributionPicture } from '../../methods/attributionPicture.js';
import { explain } from '../../methods/explain.js';
import type { Attribution } from '../../parts/kinds.js';
import type { Made } from '../../parts/part.js';
import { cropOf } from '../../scene/crop.js';
import { imageShape, type Picture, preprocessPicture } from '../../scene/input.js';
import { outputLayer } from '../../scene/outputs.js';
import { checkTakesPictures } from '../../scene/picture.js';
import { formatUnit } from '../../scene/unit.js';
import { parts } from '../../synthesize/parts.js';
import { montage, writePicture } from '../images.js';
import { makeFolder, writeWhole } from '../outputs.js';
import { listImages } from '../sources/list.js';
import { isArray } from '../sources/names.js';
import {
  type InputOptions,
  imageSources,
  openPicture,
  readInputs,
  readSideInputs,
  requireFor,
  Skipped,
  withInputs,
  withStrict,
} from './inputs.js';
import { collect, loadPlugins, partFrom, withPlugins } from './parts.js';
import {
  aboutModel,
  type CommonOptions,
  EXIT,
  integer,
  marked,
  openDevice,
  openModel,
  printJson,
  warnUnstated,
  withDevice,
  withModel,
} from './shared.js';
import { UNIT, unitOf } from './units.js';

interface Options extends CommonOptions, InputOptions {
  readonly unit?: string;
  readonly objective?: string;
  readonly method: readonly string[];
  readonly baselinePicture?: string;
  readonly atOnce: string;
  readonly plugin: readonly string[];
  readonly out: string;
}

/** What is asked where no method is named. */
const METHOD = 'gradCam';
const KIND = 'attribution method';
/** Pixels between the pictures of a sheet. */
const GAP = 2;

export function addAttribute(program: Command): void {
  withStrict(withPlugins(withInputs(withDevice(withModel(program.command('attribute'))))))
    .description('write what in pictures made a unit respond, by one or several methods of attribution')
    .argument('[image...]', 'picture files or folders, .npy files, or pictures of the toy world')
    .option('--unit <unit>', `${UNIT} (required without --objective)`)
    .option(
      '--objective <part>',
      `what is explained in place of a unit, as NAME FIELD=VALUE …, listed by \`convscope parts\`: 'logProbability class=3'`,
    )
    .option(
      '--method <part>',
      `${parts
        .list(KIND)
        .map(({ name }) => name)
        .join(
          ', ',
        )}; as NAME FIELD=VALUE …, fields are listed by \`convscope parts --kind '${KIND}'\`; can be repeated (default: ${METHOD})`,
      collect,
      [],
    )
    .option('--baseline-picture <file>', 'the picture that methods with baseline=picture compare with')
    .option('--at-once <n>', 'pictures that go through the net at once', '8')
    .requiredOption(
      '--out <folder>',
      'folder to write: for each method a .npy file of the maps and a .png file for each picture, attribution.json, and attribution.png with all of them',
    )
    .action(async (spec: string, images: string[], options: Options) => {
      const { registry } = await loadPlugins(options.plugin);
      const lines = options.method.length > 0 ? options.method : [METHOD];
      const methods = lines.map((line) => partFrom(registry, KIND, '--method', line));
      const atOnce = integer('--at-once', options.atOnce);
      if ((options.unit === undefined) === (options.objective === undefined))
        throw new OptionError('--unit', 'name a unit, or give --objective, and not both');
      const model = await openModel(spec, options);
      const address = options.unit === undefined ? undefined : unitOf(model, options.unit);
      const objective =
        options.objective === undefined ? undefined : partFrom(registry, 'objective', '--objective', options.objective);
      const sources = await listImages(imageSources(model, images, options.input));
      if (!sources.every(isArray)) warnUnstated(model);
      const { baselinePicture } = options;
      await requireFor([...sources, ...(baselinePicture === undefined ? [] : [baselinePicture])], options.input);
      await makeFolder('--out', options.out);
      using ctx = await openDevice(options);
      const layers = address ? [address.layer] : (objective?.layers ?? []);
      const inputs = await readSideInputs(ctx, model, layers.length > 0 ? layers : [outputLayer(model)], options.input);
      const { images: read, data } = await readInputs(ctx, model, sources, new Skipped(options.strict, sources.length));
      const pictures = baselinePicture !== undefined && {
        baseline: await preprocessPicture(ctx, model, await openPicture(baselinePicture)),
      };
      const unit = address ? formatUnit(address) : (objective?.label ?? '');
      const results: Result[] = [];
      for (const method of methods) {
        const attribution = await explain(ctx, model, data, {
          ...(address && { unit: address }),
          ...(objective && { objective }),
          method,
          atOnce,
          inputs,
          ...(pictures && { pictures }),
        });
        const { map, meaning, values, layer, gap } = attribution;
        const file = freeName(method.spec.name, results);
        await writeWhole(join(options.out, `${file}.npy`), writeNpy(map.shape, map.data));
        results.push({
          method,
          attribution,
          file,
          about: {
            method: method.spec,
            meaning,
            shape: map.shape,
            numbers: `${file}.npy`,
            values: Array.from(values),
            ...(layer !== undefined && { layer }),
            ...(gap && { gap: Array.from(gap) }),
          },
        });
        if (map.data.every((v) => v === 0)) {
          process.exitCode = EXIT.failure;
          console.error(`convscope: the map of ${method.spec.name} is zero everywhere: nothing here moves ${unit}.`);
        }
        if (!options.json) console.log(`${method.spec.name} ${formatShape(map.shape)}: ${meaning}${gapText(gap)}`);
      }
      await writePictures(options.out, model, data, results);
      const about = {
        model: model.name,
        unit,
        images: read,
        adapter: ctx.adapterName,
        methods: results.map(({ about: one }) => one),
        ...aboutModel(model),
      };
      await writeWhole(join(options.out, 'attribution.json'), `${JSON.stringify(about, undefined, 2)}\n`);
      if (options.json) printJson({ out: options.out, ...about });
    });
}

interface Result {
  readonly method: Made<typeof KIND>;
  readonly attribution: Attribution;
  /** Name of its files, without ending. */
  readonly file: string;
  readonly about: object;
}

/** A method that is asked twice, with other fields, gets a number. */
function freeName(name: string, results: readonly Result[]): string {
  const same = results.filter(({ method }) => method.spec.name === name).length;
  return same === 0 ? name : `${name}-${same + 1}`;
}

const gapText = (gap: Float32Array | undefined): string =>
  gap ? `; missing from the sum: ${Array.from(gap, (v) => v.toPrecision(3)).join(', ')}` : '';

/** Numbers that are no picture have maps, and nothing to draw them over. */
function takesPictures(model: Model): boolean {
  try {
    checkTakesPictures(model);
    return true;
  } catch (error) {
    if (error instanceof ImageError) return false;
    throw error;
  }
}

/** A picture of each map that has more than one place, and a sheet of them: a row for each picture, or near-square for one. */
async function writePictures(out: string, model: Model, data: Float32Array, results: readonly Result[]): Promise<void> {
  const [C, H, W] = imageShape(model);
  const shown = results.filter(({ attribution: { map } }) => sizeOf(map.shape.slice(-2)) > 1);
  if (shown.length === 0 || !takesPictures(model)) return;
  const rows: Picture[] = [];
  const count = data.length / (C * H * W);
  for (let n = 0; n < count; n++) {
    const image = data.subarray(n * C * H * W, (n + 1) * C * H * W);
    rows.push(cropOf(model, image, { top: 0, left: 0, bottom: H, right: W }));
    for (const { attribution, file } of shown) {
      const picture = attributionPicture(model, image, attribution, n);
      await writePicture(join(out, `${file}-${n + 1}.png`), marked(model, picture));
      rows.push(picture);
    }
  }
  await writePicture(
    join(out, 'attribution.png'),
    marked(model, montage(rows, GAP, count === 1 ? undefined : shown.length + 1)),
  );
}
