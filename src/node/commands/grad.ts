// convscope grad: what a unit sees in a picture, by gradient, deconvnet or guided backpropagation.
import type { Command } from 'commander';
import { OptionError } from '../../core/errors.js';
import { formatShape } from '../../core/shape.js';
import { writeTensors } from '../../importers/index.js';
import { backProject } from '../../methods/backProjection.js';
import { formatUnit, parseUnit } from '../../methods/unit.js';
import { writeWhole } from '../images.js';
import {
  type CommonOptions,
  openDevice,
  openModel,
  printJson,
  readInputs,
  readSideInputs,
  warnUnstated,
  withDevice,
  withInputs,
  withModel,
} from './shared.js';

interface Options extends CommonOptions {
  readonly unit: string;
  readonly mode: string;
  readonly seedMode: string;
  readonly ignoreLrn?: boolean;
  readonly input: readonly string[];
  readonly out: string;
}

export function addGrad(program: Command): void {
  withInputs(withDevice(withModel(program.command('grad'))))
    .description('write a unit’s gradient, deconvnet or guided back-projection to the image')
    .argument('<image>', 'picture file')
    .requiredOption('--unit <unit>', 'layer:channel[:y,x], the centre of the map by default')
    .option('--mode <gradient|deconv|guided>', 'rule for ReLUs', 'gradient')
    .option(
      '--seed-mode <one|activation>',
      '1 at the unit, or its channel’s activation map as the toolbox seeds it',
      'one',
    )
    .option('--ignore-lrn', 'pass LRN unchanged on the way back')
    .requiredOption('--out <file>', 'safetensors file to write; its tensor `grad` has the net’s input layout')
    .action(async (spec: string, image: string, options: Options) => {
      const { mode, seedMode, ignoreLrn = false } = options;
      if (mode !== 'gradient' && mode !== 'deconv' && mode !== 'guided') {
        throw new OptionError('--mode', `must be gradient, deconv or guided, got '${mode}'`);
      }
      if (seedMode !== 'one' && seedMode !== 'activation') {
        throw new OptionError('--seed-mode', `must be one or activation, got '${seedMode}'`);
      }
      const address = parseUnit(options.unit);
      const model = await openModel(spec, options);
      warnUnstated(model);
      using ctx = await openDevice(options);
      const input = await readInputs(ctx, model, [image]);
      const { unit, activation, gradient } = await backProject(ctx, model, input, address, {
        mode,
        seedMode,
        ignoreLrn,
        inputs: await readSideInputs(options.input),
      });
      const tensors = new Map([['grad', { ...gradient, dtype: 'f32' as const }]]);
      const about = { model: model.name, image, unit: formatUnit({ ...unit }), mode, seedMode, activation };
      await writeWhole(
        options.out,
        writeTensors(tensors, Object.fromEntries(Object.entries(about).map(([k, v]) => [k, String(v)]))),
      );
      const norm = Math.sqrt(gradient.data.reduce((sum, v) => sum + v * v, 0));
      if (options.json)
        printJson({ ...about, out: options.out, adapter: ctx.adapterName, shape: gradient.shape, norm });
      else console.log(`${about.unit} = ${activation}; ${mode} ${formatShape(gradient.shape)}, norm ${norm}`);
    });
}
