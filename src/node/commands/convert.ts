// convscope convert: writes any model as one safetensors file with graph, weights, labels and preprocessing.
import type { Command } from 'commander';
import { writeSafetensors } from '../../importers/index.js';
import { checkWritable, writeWhole } from '../outputs.js';
import { aboutModel, type CommonOptions, mebibytes, openModel, printJson, withModel } from './shared.js';

export function addConvert(program: Command): void {
  withModel(program.command('convert'))
    .description('write a model as one safetensors file')
    .requiredOption('--out <file>', 'safetensors file to write')
    .option('--f16', 'store weights in half precision')
    .action(async (spec: string, options: CommonOptions & { out: string; f16?: boolean }) => {
      await checkWritable('--out', options.out);
      const model = await openModel(spec, options);
      const bytes = writeSafetensors(model, { f16: options.f16 ?? false });
      await writeWhole(options.out, bytes);
      if (options.json)
        printJson({ out: options.out, bytes: bytes.byteLength, tensors: model.weights.size, ...aboutModel(model) });
      else
        console.log(
          `${options.out}: ${model.layers.length} layers, ${model.weights.size} tensors, ${mebibytes(bytes.byteLength)}`,
        );
    });
}
