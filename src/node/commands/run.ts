// convscope run: activations of named blobs, to a safetensors file.
import type { Command } from 'commander';
import { formatShape } from '../../core/shape.js';
import { layerNames } from '../../graph/model.js';
import { writeTensors } from '../../importers/index.js';
import { activations, outputLayer } from '../../methods/forward.js';
import { writeWhole } from '../images.js';
import {
  type CommonOptions,
  openDevice,
  openModel,
  printJson,
  readInputs,
  readSideInputs,
  table,
  warnUnstated,
  withDevice,
  withInputs,
  withModel,
} from './shared.js';

interface Options extends CommonOptions {
  readonly layers?: string;
  readonly input: readonly string[];
  readonly out: string;
}

export function addRun(program: Command): void {
  withInputs(withDevice(withModel(program.command('run'))))
    .description('write activations of named blobs')
    .argument('<image...>', 'picture files, one batch; or one .npy file with the input’s numbers')
    .option(
      '--layers <names>',
      'blobs, separated by commas; `all` for every one; default the output. A layer’s name is its own output, before any in-place layer after it',
    )
    .requiredOption('--out <file>', 'safetensors file to write, one tensor per blob')
    .action(async (spec: string, images: string[], options: Options) => {
      const model = await openModel(spec, options);
      warnUnstated(model);
      using ctx = await openDevice(options);
      const names = options.layers === 'all' ? layerNames(model) : (options.layers?.split(',') ?? [outputLayer(model)]);
      const input = await readInputs(ctx, model, images);
      const result = await activations(
        ctx,
        model,
        input,
        names.map((n) => n.trim()),
        { inputs: await readSideInputs(options.input) },
      );
      const tensors = new Map([...result].map(([name, t]) => [name, { ...t, dtype: 'f32' as const }]));
      await writeWhole(options.out, writeTensors(tensors, { model: model.name, images: JSON.stringify(images) }));
      const rows = [...result].map(([name, { shape, data }]) => ({ name, shape, ...range(data) }));
      if (options.json) printJson({ out: options.out, adapter: ctx.adapterName, blobs: rows });
      else console.log(table(rows.map((r) => [r.name, formatShape(r.shape), `${r.min} … ${r.max}`])));
    });
}

function range(data: Float32Array): { min: number; max: number } {
  let min = data[0];
  let max = data[0];
  for (const v of data) {
    min = Math.min(min, v);
    max = Math.max(max, v);
  }
  return { min, max };
}
