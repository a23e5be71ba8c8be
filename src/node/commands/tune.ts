// convscope tune: measures which kernel is fastest for each layer of a net on this device, and stores the result.
import type { Command } from 'commander';
import { formatShape } from '../../core/shape.js';
import { saveChoices } from '../../tuning/keptChoices.js';
import { type Tuned, tune } from '../../tuning/tune.js';
import { requirePackages } from '../packages.js';
import { fileStore } from '../store.js';
import {
  aboutModel,
  type CommonOptions,
  integer,
  openDevice,
  openModel,
  printJson,
  table,
  withDevice,
  withModel,
} from './shared.js';

interface Options extends CommonOptions {
  readonly layer?: string;
  readonly batch: string;
  readonly again?: boolean;
}

export function addTune(program: Command): void {
  withDevice(withModel(program.command('tune')))
    .description('measure which kernel is fastest for each layer, forward and backward, and use it from now on')
    .option('--layer <name>', 'up to this layer; default: the output')
    .option('--batch <n>', 'images in a batch', '1')
    .option('--again', 'measure again what was measured before')
    .action(async (spec: string, options: Options) => {
      const model = await openModel(spec, options);
      await requirePackages(['webgpu']);
      using ctx = await openDevice(options);
      const live = process.stderr.isTTY && !options.json;
      const tuned = await tune(ctx, model, {
        batch: integer('--batch', options.batch),
        ...(options.layer && { layer: options.layer }),
        ...(options.again && { again: true }),
        onProgress: (done, of) => live && process.stderr.write(`\r${done} of ${of} `),
      });
      if (live) process.stderr.write('\r\x1b[K');
      await saveChoices(ctx, fileStore());
      if (options.json) {
        printJson({ adapter: ctx.adapterName, ...aboutModel(model), ops: tuned });
        return;
      }
      console.log(table([['op', 'input', 'output', 'times', 'fastest', 'ms', 'others'], ...tuned.map(row)]));
      const gain = tuned.reduce((sum, t) => sum + t.count * ((ruleOf(t)?.ms ?? t.times[0].ms) - t.times[0].ms), 0);
      console.log(
        `${tuned.length} shapes on ${ctx.adapterName}: ${gain.toFixed(2)} ms less per pass than without measuring`,
      );
    });
}

const ruleOf = ({ times, asRule }: Tuned) => times.find((t) => t.variant === asRule);

function row({ op, inputs, output, count, times: [best, ...others] }: Tuned): (string | number)[] {
  const rest = others.map(({ variant, ms }) => `${variant} ${ms.toFixed(3)}`).join(', ');
  return [
    op,
    formatShape(Object.values(inputs)[0]),
    formatShape(output),
    count,
    best.variant,
    best.ms.toFixed(3),
    rest,
  ];
}
