// convscope circuit: the weights between a unit and other layers, as a page with a tile for each unit.
import { join } from 'node:path';
import type { Command } from 'commander';
import { OptionError } from '../../core/errors.js';
import { VERSION } from '../../core/version.js';
import type { Model } from '../../graph/model.js';
import { type Connections, circuit } from '../../methods/circuit.js';
import { targetOf } from '../../methods/presets/target.js';
import { type Picture, preprocessPicture } from '../../scene/input.js';
import { modelHash } from '../../scene/modelHash.js';
import { checkTakesPictures } from '../../scene/picture.js';
import { formatUnit } from '../../scene/unit.js';
import { type CircuitFile, type ConnectionsFile, circuitPage } from '../circuit/page.js';
import { connectionsPicture } from '../circuit/picture.js';
import { writePicture } from '../images.js';
import { makeFolder, writeWhole } from '../outputs.js';
import { requirePackages } from '../packages.js';
import { packagesFor } from '../sources/names.js';
import { openPicture } from './inputs.js';
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
  readonly to?: string;
  readonly from?: string;
  readonly count: string;
  readonly pooling: string;
  readonly image?: string;
  readonly out: string;
}

export function addCircuit(program: Command): void {
  withDevice(withModel(program.command('circuit')))
    .description('show the strongest weights between a unit and other layers, as a page')
    .requiredOption('--unit <unit>', UNIT)
    .option('--to <layers>', 'earlier layers, separated by commas; default the one that its weights are applied to')
    .option('--from <layers|none>', 'later layers; default those whose weights are applied to its layer')
    .option('--count <n>', 'units of each layer', '12')
    .option(
      '--pooling <average|switches>',
      'a maximum counts as the mean of its window, or as what is greatest in --image',
      'average',
    )
    .option('--image <picture>', 'a picture, or world:7, for --pooling switches')
    .requiredOption('--out <folder>', 'folder for index.html, circuit.json and the pictures')
    .action(async (spec: string, options: Options) => {
      const { out, pooling, image } = options;
      if (pooling !== 'average' && pooling !== 'switches')
        throw new OptionError('--pooling', `must be average or switches, got '${pooling}'`);
      if ((pooling === 'switches') !== (image !== undefined))
        throw new OptionError('--image', 'belongs to --pooling switches: name both or none');
      const count = integer('--count', options.count);
      const model = await openModel(spec, options);
      const unit = unitOf(model, options.unit);
      await requirePackages(packagesFor(image === undefined ? [] : [image], true));
      let decoded: Picture | undefined;
      if (image !== undefined) {
        warnUnstated(model);
        checkTakesPictures(model);
        decoded = await openPicture(image);
      }
      await makeFolder('--out', out);
      using ctx = await openDevice(options);
      const list = (text: string) => text.split(',').map((name) => name.trim());
      const found = await circuit(ctx, model, {
        unit,
        count,
        pooling,
        ...(options.to !== undefined && { to: list(options.to) }),
        ...(options.from !== undefined && { from: options.from === 'none' ? [] : list(options.from) }),
        ...(decoded && { image: await preprocessPicture(ctx, model, decoded) }),
      });
      const written = async (side: 'from' | 'to', own: Connections, i: number): Promise<ConnectionsFile> => {
        const name = `${side}-${i + 1}.png`;
        const tiles = marked(model, connectionsPicture(own));
        await writePicture(join(out, name), tiles);
        const units = own.units.map((one) => {
          const label = labelOf(model, one.unit);
          return { ...one, ...(label !== undefined && { label }), weights: Array.from(one.weights) };
        });
        return { ...own, units, picture: name, size: [tiles.width, tiles.height] };
      };
      const [inputs, outputs] = [
        await Promise.all(found.inputs.map((own, i) => written('from', own, i))),
        await Promise.all(found.outputs.map((own, i) => written('to', own, i))),
      ];
      const hash = await modelHash(model);
      const file: CircuitFile = {
        convscope: VERSION,
        model: { name: model.name, ...(hash !== undefined && { hash }) },
        ...markOf(model),
        adapter: ctx.adapterName,
        unit: formatUnit(unit),
        pooling,
        inputs,
        outputs,
      };
      await writeWhole(join(out, 'circuit.json'), `${JSON.stringify(file)}\n`);
      const index = join(out, 'index.html');
      await writeWhole(index, circuitPage(file));
      if (options.json) {
        printJson({ ...aboutModel(model), ...file, index });
        return;
      }
      for (const { layer, units, share, of } of [...inputs, ...outputs]) {
        const names = units.slice(0, 5).map(({ unit: name, sum }) => `${name} ${sum > 0 ? '+' : ''}${sum.toFixed(2)}`);
        console.log(
          `${layer}: ${names.join(', ')}, …; ${units.length} of ${of} have ${Math.round(100 * share)} % of the squares`,
        );
      }
      console.log(index);
    });
}

/** The class that a unit is the score of. */
function labelOf(model: Model, unit: string): string | undefined {
  if (!model.labels) return undefined;
  const target = targetOf(model, unit);
  return target.kind === 'class' ? model.labels[target.class] : undefined;
}
