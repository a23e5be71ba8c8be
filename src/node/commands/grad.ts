// convscope grad: writes what a unit responds to in a picture, by gradient, deconvnet or guided backpropagation.
import type { Command } from 'commander';
import { OptionError } from '../../core/errors.js';
import { formatShape } from '../../core/shape.js';
import { writeTensors } from '../../importers/index.js';
import { SEED_MODES } from '../../kernels/channelSeed/index.js';
import { type BackProjection, backProject } from '../../methods/backProjection.js';
import { batchOf } from '../../scene/input.js';
import { formatUnit, type Unit } from '../../scene/unit.js';
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
} from './inputs.js';
import { withPlugins } from './parts.js';
import { RULES, rulesFrom } from './rules.js';
import {
  aboutModel,
  type CommonOptions,
  EXIT,
  markOf,
  openDevice,
  openModel,
  printJson,
  warnUnstated,
  withDevice,
  withModel,
} from './shared.js';
import { UNIT, unitOf } from './units.js';

interface Options extends CommonOptions, InputOptions {
  readonly unit: string;
  readonly mode: string;
  readonly seedMode: string;
  readonly ignoreLrn?: boolean;
  readonly plugin: readonly string[];
  readonly out: string;
}

/** Where the way back starts. */
const SEEDS = ['one', ...SEED_MODES] as const;

export function addGrad(program: Command): void {
  withPlugins(withInputs(withDevice(withModel(program.command('grad')))))
    .description('write what a unit responds to in a picture: gradient, deconvnet or guided backpropagation')
    .argument('[image]', 'picture file, world:7, or .npy')
    .requiredOption('--unit <unit>', UNIT)
    .option('--mode <rules>', RULES, 'gradient')
    .option(
      `--seed-mode <${SEEDS.join('|')}>`,
      'start with 1 at the unit, or with its whole channel: its activation map as the toolbox does, 1 at its maximum, or 1 everywhere',
      'one',
    )
    .option('--ignore-lrn', 'ignore LRN in the backward pass')
    .requiredOption('--out <file>', 'safetensors file to write; its tensor `grad` has the net’s input layout')
    .action(async (spec: string, image: string | undefined, options: Options) => {
      const { mode, seedMode, ignoreLrn = false } = options;
      const rules = await rulesFrom(mode, options.plugin);
      const seed = SEEDS.find((name) => name === seedMode);
      if (!seed) throw new OptionError('--seed-mode', `must be of ${SEEDS.join(', ')}, got '${seedMode}'`);
      await checkWritable('--out', options.out);
      const model = await openModel(spec, options);
      const address = unitOf(model, options.unit);
      const sources = await listImages(imageSources(model, image === undefined ? [] : [image], options.input));
      if (sources.length > 1) throw new OptionError('image', `needs one picture, ${image} means ${sources.length}`);
      if (!sources.every(isArray)) warnUnstated(model);
      await requireFor(sources, options.input);
      using ctx = await openDevice(options);
      const inputs = await readSideInputs(ctx, model, [address.layer], options.input);
      const { data } = await readInputs(ctx, model, sources, new Skipped(true, 1));
      if (batchOf(data, model.input.shape) > 1)
        throw new OptionError('image', `needs one image, ${sources[0]} contains several`);
      const { unit, activation, gradient, greatest } = await backProject(ctx, model, data, address, {
        mode: rules,
        seedMode: seed,
        ignoreLrn,
        inputs,
      });
      const tensors = new Map([['grad', { ...gradient, dtype: 'f32' as const }]]);
      const about = { model: model.name, image: sources[0], unit: formatUnit({ ...unit }), mode, seedMode, activation };
      await writeWhole(
        options.out,
        writeTensors(
          tensors,
          Object.fromEntries(Object.entries({ ...about, ...markOf(model) }).map(([k, v]) => [k, String(v)])),
        ),
      );
      const norm = Math.sqrt(gradient.data.reduce((sum, v) => sum + v * v, 0));
      if (norm === 0) {
        process.exitCode = EXIT.failure;
        console.error(`convscope: ${zeroText(unit, activation, greatest)}`);
      }
      if (options.json)
        printJson({
          ...about,
          out: options.out,
          adapter: ctx.adapterName,
          shape: gradient.shape,
          norm,
          greatest,
          ...aboutModel(model),
        });
      else console.log(`${about.unit} = ${activation}; ${mode} ${formatShape(gradient.shape)}, norm ${norm}`);
    });
}

/** Explains why the result is zero, and where it would not be. */
function zeroText(unit: Unit, activation: number, { at, value }: BackProjection['greatest']): string {
  const name = formatUnit({ ...unit });
  const start = `the gradient of ${name} is zero everywhere`;
  if (activation !== 0 || value === activation) {
    const all = activation === 0 ? 'the unit and its whole channel are 0 in this picture' : `the unit is ${activation}`;
    return `${start}: ${all}. Try another picture.`;
  }
  const better = formatUnit({ ...unit, at });
  return `${start}: the unit is 0 in this picture. Its channel has its maximum, ${value}, at ${better}: --unit ${better}`;
}
