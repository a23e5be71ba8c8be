// convscope run: writes the activations of named blobs to a safetensors file.
import type { Command } from 'commander';
import { formatShape } from '../../core/shape.js';
import { layerNames, type Model } from '../../graph/model.js';
import { writeTensors } from '../../importers/index.js';
import { activations } from '../../scene/forward.js';
import type { HostTensor } from '../../scene/input.js';
import { outputLayer } from '../../scene/outputs.js';
import { checkWritable, writeWhole } from '../outputs.js';
import { listImages } from '../sources/list.js';
import { isArray } from '../sources/names.js';
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
import {
  aboutModel,
  type CommonOptions,
  markOf,
  openDevice,
  openModel,
  printJson,
  table,
  warnUnstated,
  withDevice,
  withModel,
} from './shared.js';

/** What decides the activations that are written. */
export interface RunLine extends CommonOptions, InputOptions {
  readonly layers?: string;
}

interface Options extends RunLine {
  readonly out: string;
}

export function addRun(program: Command): void {
  withStrict(withInputs(withDevice(withModel(program.command('run')))))
    .description('write activations of named blobs')
    .argument(
      '[image...]',
      'pictures: files, folders, list.txt, shards.tar, rows.parquet, addresses or world:0-3, as one batch; or .npy files with the input’s values',
    )
    .option(
      '--layers <names>',
      'blobs, separated by commas; `all` for all; default: the output. A layer’s name means its own output, before any later in-place layer',
    )
    .requiredOption('--out <file>', 'safetensors file to write, one tensor per blob')
    .action(async (spec: string, images: string[], options: Options) => {
      await checkWritable('--out', options.out);
      const { model, names, sources } = await openRun(spec, images, options);
      await requireFor(sources, options.input);
      const skipped = new Skipped(options.strict, sources.length);
      using ctx = await openDevice(options);
      const inputs = await readSideInputs(ctx, model, names, options.input);
      const { images: read, data } = await readInputs(ctx, model, sources, skipped);
      const result = await activations(ctx, model, data, names, { inputs });
      await writeWhole(options.out, activationFile(model, read, result));
      const rows = [...result].map(([name, { shape, data }]) => ({ name, shape, ...range(data) }));
      const about = { out: options.out, adapter: ctx.adapterName, images: read, skipped: skipped.images };
      if (options.json) printJson({ ...about, ...aboutModel(model), blobs: rows });
      else console.log(table(rows.map((r) => [r.name, formatShape(r.shape), `${r.min} … ${r.max}`])));
    });
}

/** Opens the net and lists the pictures. @throws ModelFileError, OptionError, ImageError */
export async function openRun(
  spec: string,
  images: readonly string[],
  options: RunLine,
): Promise<{ readonly model: Model; readonly names: readonly string[]; readonly sources: readonly string[] }> {
  const model = await openModel(spec, options);
  const names =
    options.layers === 'all'
      ? layerNames(model)
      : (options.layers?.split(',').map((name) => name.trim()) ?? [outputLayer(model)]);
  const sources = await listImages(imageSources(model, images, options.input));
  if (!sources.every(isArray)) warnUnstated(model);
  return { model, names, sources };
}

/** The file of activations: a tensor for each blob, with the names of the pictures. */
export const activationFile = (
  model: Model,
  images: readonly string[],
  tensors: ReadonlyMap<string, HostTensor>,
): Uint8Array =>
  writeTensors(new Map([...tensors].map(([name, t]) => [name, { ...t, dtype: 'f32' as const }])), {
    model: model.name,
    images: JSON.stringify(images),
    ...markOf(model),
  });

function range(data: Float32Array): { min: number; max: number } {
  let min = data[0];
  let max = data[0];
  for (const v of data) {
    min = Math.min(min, v);
    max = Math.max(max, v);
  }
  return { min, max };
}
