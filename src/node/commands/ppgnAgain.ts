// convscope ppgn --from: makes a sample again, of which the picture says how it was made.
import { join } from 'node:path';
import { OptionError } from '../../core/errors.js';
import type { Model } from '../../graph/model.js';
import { sampleAgain } from '../../methods/samples.js';
import { toPicture } from '../../scene/input.js';
import { aboutRun, otherModel } from '../../synthesize/about.js';
import { parts } from '../../synthesize/parts.js';
import { readStudy } from '../../synthesize/readStudy.js';
import { toSpecs } from '../../synthesize/study.js';
import { writePicture } from '../images.js';
import { makeFolder } from '../outputs.js';
import { requirePackages } from '../packages.js';
import { openPicture } from './inputs.js';
import { codeOf, codesFor, type Given, netsFor, type Options, referencesOf } from './ppgnGiven.js';
import { marked, openDevice, openModel, printJson, warnUnstated } from './shared.js';
import { recipeIn } from './wanted.js';

/** What a recipe says about its sample, as far as it is used here. */
interface Told {
  readonly sample?: Given;
  readonly nets?: Readonly<Record<string, unknown>>;
  /** Sliders of the page were moved on the way. */
  readonly moved?: boolean;
}

/** Makes the sample in the picture `from` again. @throws OptionError for what it was given and is not named */
export async function sampleFrom(spec: string, options: Options, from: string): Promise<void> {
  const { about: told, ...recipe } = await recipeIn(from);
  const study = readStudy(recipe, parts);
  const about: Told = typeof told === 'object' && told !== null ? told : {};
  const model = await openModel(spec, options);
  warnUnstated(model);
  const variant = JSON.stringify(study.optim).includes('"denoise"') ? 'ppgn-h' : options.variant;
  const asksCaptioner = JSON.stringify(toSpecs(study).objective).includes('"caption"');
  const nets = await netsFor({ ...options, variant, ...(asksCaptioner && { caption: '' }) });
  const pairs: readonly (readonly [made: unknown, net: Model])[] = [
    [told, model],
    ...Object.entries(nets).map(([name, net]) => [about.nets?.[name], net] as const),
  ];
  for (const [made, net] of pairs) {
    const other = await otherModel(made, net);
    if (other) console.error(`convscope: ${from}: ${other}.`);
  }
  const { sample = {} } = about;
  if (about.moved) {
    console.error(`convscope: ${from}: sliders were moved while it was made: its recipe makes another image.`);
  }
  const start = options.start ?? (Number.isInteger(sample.start) ? `world:${sample.start}` : undefined);
  const hasHole = study.transforms.length > 0;
  if (hasHole && (options.inpaint === undefined || options.mask === undefined))
    throw new OptionError(
      '--inpaint',
      `and --mask are needed: ${from} has a hole in a picture, which is not in its recipe`,
    );
  const ownStart = hasHole ? sample.ownStart : sample.own;
  if (ownStart !== undefined && options.start === undefined)
    throw new OptionError('--start', `is needed: ${from} started from '${ownStart}', which is not in its recipe`);
  const references = await referencesOf(model, options);
  const codes = await codesFor(options);
  await requirePackages(['webgpu', 'sharp']);
  await makeFolder('--out', options.out);
  using ctx = await openDevice(options);
  const code = start && (await codeOf(ctx, nets.encoder, sample.layer ?? options.layer, await openPicture(start)));
  const made = await sampleAgain(ctx, model, study, {
    nets,
    references,
    ...(codes && { codes }),
    ...(code && { start: code }),
  });
  const { seed, step, objective } = made;
  const file = join(options.out, `${seed}-${String(step).padStart(4, '0')}.png`);
  await writePicture(file, marked(model, toPicture(made.image, model, 'pixels')), {
    ...toSpecs(study),
    about: { ...(about.sample && { sample }), ...(await aboutRun(ctx, model, { nets })) },
  });
  if (options.json) printJson({ out: file, seed, step, objective });
  else console.log(`${file}: step ${step}, log p ${objective.toPrecision(4)}`);
}
