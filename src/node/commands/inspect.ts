// convscope inspect: lists layers, shapes, parameters, multiply-accumulates and memory.
import type { Command } from 'commander';
import { formatShape } from '../../core/shape.js';
import { inspectModel } from '../../scene/inspect.js';
import { SEEDED } from '../../scene/watermark.js';
import { loadModel } from '../models.js';
import {
  aboutModel,
  type CommonOptions,
  integer,
  mebibytes,
  printJson,
  showNotes,
  table,
  withModel,
} from './shared.js';

export function addInspect(program: Command): void {
  withModel(program.command('inspect'))
    .description('list layers, shapes, parameters, multiply-accumulates and memory')
    .option('--batch <n>', 'images in a batch; default: as in the model')
    .action(async (spec: string, options: CommonOptions & { batch?: string }) => {
      const model = await loadModel(spec, options);
      showNotes(model);
      const report = inspectModel(model, options.batch === undefined ? undefined : integer('--batch', options.batch));
      if (options.json) {
        printJson({
          ...report,
          preprocessing: describePreprocessing(model.preprocessing),
          labels: model.labels?.length ?? 0,
          ...(model.weightless && { weights: 'none: there is only the text of the net' }),
          ...aboutModel(model),
        });
        return;
      }
      const inputs = [report.input, ...report.sides].map(({ name, shape }) => `${name} ${formatShape(shape)}`);
      console.log(`${report.name}: input ${inputs.join(', ')}`);
      if (model.weightless) console.log('without weights: there is only the text of the net');
      if (model.seeded) console.log(SEEDED);
      console.log(
        table([
          ['layer', 'type', 'output', 'shape', 'parameters', 'MMACs'],
          ...report.layers.map((l) => [
            l.name,
            l.type,
            l.output === l.name ? '' : l.output,
            formatShape(l.shape),
            l.parameters,
            Number((l.macs / 1e6).toFixed(1)),
          ]),
        ]),
      );
      const { weights, activations, planned, largestWeight } = report.bytes;
      console.log(
        `${report.layers.length} layers, ${report.parameters} parameters (${mebibytes(weights)}, largest ${mebibytes(largestWeight)}), ` +
          `${(report.macs / 1e6).toFixed(0)} MMACs, activations ${mebibytes(activations)} (${mebibytes(planned)} with memory reused)`,
      );
    });
}

function describePreprocessing({
  order,
  mean,
  scale,
  fit,
  stated,
}: Awaited<ReturnType<typeof loadModel>>['preprocessing']) {
  return { order, mean: 'shape' in mean ? `image ${formatShape(mean.shape)}` : mean, scale, fit, stated };
}
