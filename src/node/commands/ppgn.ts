// convscope ppgn: images by sampling the codes of a generator, under a condition.
import { join } from 'node:path';
import type { Command } from 'commander';
import { OptionError } from '../../core/errors.js';
import type { Model } from '../../graph/model.js';
import { type SamplerOptions, STEPS, VARIANTS, type Variant } from '../../methods/ppgn.js';
import { type Sample, sampleChains } from '../../methods/samples.js';
import { CAPTION_LAYERS, caption } from '../../objectives/caption.js';
import { logProbability } from '../../objectives/logProbability.js';
import { logShare } from '../../objectives/logShare.js';
import { sum } from '../../objectives/sum.js';
import { type Picture, toPicture } from '../../scene/input.js';
import { formatUnit } from '../../scene/unit.js';
import { aboutRun } from '../../synthesize/about.js';
import { toSpecs } from '../../synthesize/study.js';
import { checkFilmName, writeFilm } from '../film.js';
import { montage, writePicture } from '../images.js';
import { makeFolder, writeWhole } from '../outputs.js';
import { requirePackages } from '../packages.js';
import { openPicture } from './inputs.js';
import { collect } from './parts.js';
import { sampleFrom } from './ppgnAgain.js';
import { codeOf, codesFor, givenTo, netsFor, type Options, referencesOf } from './ppgnGiven.js';
import { progressBar } from './progressBar.js';
import {
  aboutModel,
  EXIT,
  integer,
  marked,
  number,
  openDevice,
  openModel,
  printJson,
  warnUnstated,
  withDevice,
  withModel,
} from './shared.js';
import { UNIT, unitOf } from './units.js';

/** Milliseconds of a film’s frame. */
const FRAME = 80;

export function addPpgn(program: Command): void {
  withDevice(withModel(program.command('ppgn')))
    .description(
      'draw images by sampling the codes of a generator, until a net sees in them what you name (PPGN, DGN-AM)',
    )
    .option('--class <class>', 'a class of the net, by number or name; several are wanted all at once', collect, [])
    .option('--unit <unit>', `a hidden unit: ${UNIT}`, collect, [])
    .option('--caption <sentence>', 'a sentence that a captioner is to say of the image')
    .option('--generator <model>', 'the net that draws codes', 'mini-generator')
    .option('--encoder <model>', 'the net whose codes it draws', 'mini-encoder')
    .option('--layer <name>', 'the encoder’s layer with the codes', 'fc6')
    .option('--denoiser <model>', 'with --variant ppgn-h: the net that takes noise from codes', 'mini-dae')
    .option('--captioner <model>', 'with --caption: the net that says sentences', 'mini-captioner')
    .option('--reader <model>', 'with --caption: the net whose layers the captioner reads', 'mini-caffenet-robust')
    .option(
      '--words <file>',
      'with --captioner: its words, one a line, without the end of a sentence, as LRCN’s vocabulary.txt has them',
    )
    .option(
      '--caption-layers <names>',
      'with --caption: the layers of --reader that the captioner reads, with + between them, of another net as LAYER of encoder',
      CAPTION_LAYERS,
    )
    .option('--codes <file>', 'statistics of codes that convscope codes wrote; default: those of the embedded encoder')
    .option(`--variant <${VARIANTS.join('|')}>`, 'the prior over codes', 'joint-ppgn-h')
    .option(
      `--step <${STEPS.join('|')}>`,
      'what is brought to one length: the condition’s gradient, all terms as in the authors’ code, or nothing',
      'normalized',
    )
    .option('--epsilon1 <number>', 'weight of the prior')
    .option('--epsilon2 <number>', 'weight of the condition')
    .option('--epsilon3 <number>', 'deviation of the noise')
    .option(
      '--epsilon4 <number>',
      'with --inpaint: weight of what is around the hole; default: 0.012 divided by how many numbers an image has',
    )
    .option('--rate <number>', 'how far a number of the code moves on average at each step')
    .option('--last-rate <number>', 'the rate after the last step, between which it falls evenly')
    .option('--spread <number>', 'times the deviation of codes, where a chain starts')
    .option(
      '--terms <all|own>',
      'gradient of log p: exact, or its own score’s term alone as in the authors’ code',
      'all',
    )
    .option(
      '--from <file.png>',
      'make a sample again that this command or the page saved; what it was given beside its recipe is named anew: --inpaint, --mask, and --start for a picture of your own',
    )
    .option('--start <picture>', 'start from the code of a picture')
    .option('--inpaint <picture>', 'keep this picture, and draw only where --mask is white')
    .option(
      '--mask <picture|y0,x0,y1,x1>',
      'a picture that is white in the hole, or its rows and columns in pixels of the net',
    )
    .option('--chains <n>', 'chains at once', '4')
    .option('--seed <n>', 'seed of the first chain; the others follow', '0')
    .option('--steps <n>', 'steps of each chain', '100')
    .option('--every <n>', 'steps between samples', '20')
    .option('--threshold <p>', 'keep only samples whose condition has at least this probability')
    .option('--reset <n>', 'begin all chains anew after so many steps')
    .option('--film <file>', 'a moving picture of the chains: .webp or .gif')
    .requiredOption('--out <folder>', 'folder for the samples, sheet.png and samples.json')
    .action(async (spec: string, options: Options) => {
      if (options.from !== undefined) return sampleFrom(spec, options, options.from);
      if (options.class.length + options.unit.length === 0 && options.caption === undefined) {
        throw new OptionError(
          '--class',
          'say what is wanted: --class, --unit or --caption; or name a sample with --from',
        );
      }
      if (options.inpaint !== undefined && options.mask === undefined) {
        throw new OptionError(
          '--mask',
          'is needed with --inpaint: a picture that is white in the hole, or y0,x0,y1,x1',
        );
      }
      if (options.film !== undefined) checkFilmName('--film', options.film);
      const model = await openModel(spec, options);
      warnUnstated(model);
      const nets = await netsFor(options);
      const { condition, label } = conditionOf(model, options);
      const codes = await codesFor(options);
      const wanted = wantedOf(options);
      const threshold = options.threshold === undefined ? 0 : number('--threshold', options.threshold);
      const references = await referencesOf(model, options);
      await requirePackages(['webgpu', 'sharp']);
      await makeFolder('--out', options.out);
      using ctx = await openDevice(options);
      const interrupt = new AbortController();
      process.once('SIGINT', () => interrupt.abort());
      const chains = integer('--chains', options.chains);
      const firstSeed = integer('--seed', options.seed);
      const start =
        options.start === undefined
          ? undefined
          : await codeOf(ctx, nets.encoder, options.layer, await openPicture(options.start));
      const bar = progressBar('{bar} {value}/{total} steps  {eta_formatted} left  log p {objective}', !options.json);
      const steps = integer('--steps', options.steps);
      bar.start(steps, 0, { objective: '–' });
      const kept: { readonly sample: Sample; readonly picture: Picture }[] = [];
      const frames: Picture[] = [];
      const about = await aboutRun(ctx, model, { nets });
      let last: readonly Sample[] = [];
      let [rounds, before] = [0, 0];
      try {
        for await (const frame of sampleChains(ctx, model, {
          ...wanted,
          condition,
          nets,
          references,
          chains,
          seed: firstSeed,
          steps,
          every: integer('--every', options.every),
          ...(options.reset !== undefined && { resetEvery: integer('--reset', options.reset) }),
          ...(codes && { codes }),
          ...(start && { starts: Array.from({ length: chains }, () => start) }),
          ...(options.inpaint !== undefined && {
            inpaint: { ...(options.epsilon4 !== undefined && { epsilon4: number('--epsilon4', options.epsilon4) }) },
          }),
          signal: interrupt.signal,
        })) {
          last = frame;
          const pictures = frame.map(({ image }) => marked(model, toPicture(image, model, 'pixels')));
          if (options.film !== undefined) frames.push(montage(pictures));
          for (const [n, sample] of frame.entries()) {
            if (Math.exp(sample.objective) >= threshold) kept.push({ sample, picture: pictures[n] });
          }
          // The steps of a chain count from where it began anew.
          if (frame[0].step <= before) rounds += before;
          before = frame[0].step;
          bar.update(rounds + before, { objective: frame[0].objective.toPrecision(3) });
        }
      } finally {
        bar.stop();
      }
      const made = [];
      for (const { sample, picture } of kept) {
        const { seed, chain, step, objective, study } = sample;
        const file = `${seed}-${String(step).padStart(4, '0')}.png`;
        // Chains that began anew began from their seeds.
        const { start: from, ...others } = options;
        const given = givenTo({ ...others, ...(from !== undefined && seed < firstSeed + chains && { start: from }) });
        await writePicture(join(options.out, file), picture, {
          ...toSpecs(study),
          about: { ...about, ...(Object.keys(given).length > 0 && { sample: given }) },
        });
        made.push({ file, chain, seed, step, objective });
      }
      const shown = kept.filter(({ sample }) =>
        last.some(({ seed, step }) => seed === sample.seed && step === sample.step),
      );
      const sheet = (shown.length > 0 ? shown : kept).map(({ picture }) => picture);
      if (sheet.length > 0) await writePicture(join(options.out, 'sheet.png'), montage(sheet));
      if (options.film !== undefined && frames.length > 0) await writeFilm(options.film, frames, FRAME);
      const result = { condition: label, variant: wanted.variant, ...about, ...aboutModel(model), samples: made };
      await writeWhole(join(options.out, 'samples.json'), `${JSON.stringify(result, undefined, 2)}\n`);
      if (options.json) printJson({ out: options.out, ...result });
      else if (made.length > 0) {
        const best = Math.max(...made.map(({ objective }) => objective));
        console.log(`${label}: ${made.length} samples in ${options.out}, log p at most ${best.toPrecision(4)}`);
      }
      if (made.length === 0 && !interrupt.signal.aborted) {
        process.exitCode = EXIT.failure;
        console.error(
          `convscope: no sample reached a probability of ${threshold}; lower --threshold or give more --steps.`,
        );
      }
      if (interrupt.signal.aborted) process.exitCode = EXIT.interrupted;
    });
}

/** What is wanted: the sum of log p of all that was named, which is a product of experts. */
function conditionOf(
  model: Model,
  { class: classes, unit: units, caption: words, captionLayers: layer, terms }: Options,
) {
  // Not where it is the default, so that the page has the same recipe.
  const own = oneOf('--terms', ['all', 'own'] as const, terms) === 'own' && ({ terms: 'own' } as const);
  const parts = [
    ...classes.map((text) => {
      const channel = /^\d+$/.test(text) ? integer('--class', text) : unitOf(model, text).channel;
      const name = model.labels?.[channel] ?? `class ${channel}`;
      return { name, part: logProbability.make({ class: channel, ...own }) };
    }),
    ...units.map((text) => {
      const unit = formatUnit(unitOf(model, text));
      return { name: unit, part: logShare.make({ unit, ...own }) };
    }),
    ...(words === undefined ? [] : [{ name: `“${words}”`, part: caption.make({ words, of: 'reader', layer }) }]),
  ];
  const label = parts.map(({ name }) => name).join(' and ');
  return { label, condition: parts.length === 1 ? parts[0].part : sum.make({ of: parts.map(({ part }) => part) }) };
}

/** What of the sampler the options say. @throws OptionError */
function wantedOf(
  options: Options,
): Omit<SamplerOptions, 'condition' | 'codes' | 'seeds' | 'inpaint'> & { variant: Variant } {
  const numbers = ['epsilon1', 'epsilon2', 'epsilon3', 'rate', 'lastRate', 'spread'] as const;
  const said = numbers.flatMap((name) => {
    const text = options[name];
    return text === undefined ? [] : [[name, number(`--${name === 'lastRate' ? 'last-rate' : name}`, text)] as const];
  });
  return {
    ...Object.fromEntries(said),
    variant: oneOf('--variant', VARIANTS, options.variant),
    step: oneOf('--step', STEPS, options.step),
    layer: options.layer,
  };
}

function oneOf<T extends string>(option: string, all: readonly T[], text: string): T {
  const found = all.find((one) => one === text);
  if (found === undefined) throw new OptionError(option, `must be ${all.join(' or ')}, got '${text}'`);
  return found;
}
