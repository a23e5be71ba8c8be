// convscope dissect: which labelled concept each unit answers to (Network Dissection).
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { OptionError } from '../../core/errors.js';
import { VERSION } from '../../core/version.js';
import type { Context } from '../../gpu/context.js';
import type { Model } from '../../graph/model.js';
import {
  type DissectionPlan,
  dissectionOf,
  labelledPictures,
  overlapCollectors,
  planDissection,
  thresholdCollectors,
  thresholdsOf,
} from '../../methods/dissect.js';
import { topMasks } from '../../methods/topMasks.js';
import type { Collector } from '../../scan/collector.js';
import { shardRange } from '../../scan/ranges.js';
import { type ScanOptions, scan } from '../../scan/scan.js';
import { isWhole, readScan, type Scan, scannedOf, writeScan } from '../../scan/state.js';
import type { SetImage } from '../../scene/images.js';
import type { LabelledSet } from '../../scene/labels.js';
import { parseJson } from '../../synthesize/readStudy.js';
import { summary } from '../dissect/page.js';
import { writeReport } from '../dissect/report.js';
import { openLabelled } from '../labels/labelled.js';
import { makeFolder } from '../outputs.js';
import { requirePackages } from '../packages.js';
import { type InputOptions, readSideInputs, Skipped, withInputs, withStrict } from './inputs.js';
import { keptScan } from './keptScan.js';
import {
  aboutModel,
  type CommonOptions,
  EXIT,
  integer,
  marked,
  markOf,
  number,
  openDevice,
  openModel,
  partOf,
  printJson,
  warnUnstated,
  withDevice,
  withModel,
} from './shared.js';

/** What decides the result of a dissection. */
export interface DissectionOptions extends CommonOptions, InputOptions {
  readonly concepts: string;
  readonly layers?: string;
  readonly quantile: string;
  readonly iou: string;
  readonly labelSize?: string;
  readonly k: string;
  readonly batch?: string;
}

interface Options extends DissectionOptions {
  readonly resume?: boolean;
  readonly shard?: string;
  readonly out: string;
}

/** The two scans, by the names of their files. */
export const [THRESHOLDS, OVERLAPS] = ['thresholds', 'overlaps'] as const;

export function addDissect(program: Command): void {
  withStrict(withInputs(withDevice(withModel(program.command('dissect')))))
    .description('find the concept that each unit detects, by labelled pictures (Network Dissection)')
    .requiredOption(
      '--concepts <source>',
      'labelled pictures: world:0-1999, a folder with images, labels and classes.json, or Broden’s folder',
    )
    .option('--layers <names>', 'layers with maps, separated by commas; default: all convolutions')
    .option('--quantile <share>', 'share of a unit’s activations above its threshold', '0.005')
    .option('--iou <number>', 'a unit whose overlap with its concept is greater is a detector', '0.04')
    .option('--label-size <HxW>', 'places at which labels and units are compared; default: half the net’s input')
    .option('--k <n>', 'pictures per unit in the report', '10')
    .option('--batch <n>', 'pictures per batch')
    .option('--resume', 'go on with the scans in the folder of --out')
    .option(
      '--shard <i/n>',
      'scan only part i of n parts: first for thresholds, and once convscope merge has joined these, for overlaps',
    )
    .option('--out <folder>', 'folder for the report and for the state of the scans', 'dissection')
    .action(async (spec: string, options: Options) => {
      const { model, set, plan } = await openDissection(spec, options);
      await requirePackages(['webgpu', 'sharp']);
      const shard = options.shard === undefined ? undefined : partOf(options.shard);
      const range = shard && shardRange(plan.images, shard.part, shard.parts);
      await makeFolder('--out', options.out);
      using ctx = await openDevice(options);
      const names = plan.layers.map(({ layer }) => layer);
      const pass: Pass = {
        ctx,
        model,
        options,
        skipped: new Skipped(options.strict, plan.images),
        common: {
          inputs: await readSideInputs(ctx, model, names, options.input),
          ...(options.batch !== undefined && { batch: integer('--batch', options.batch) }),
          ...(range && { range }),
        },
      };
      const fileOf = (name: string) =>
        join(options.out, shard ? `${name}-${shard.part}-of-${shard.parts}.json` : `${name}.json`);
      const { plain, labelled, take } = labelledPictures(plan, set);
      const collectors = thresholdCollectors(plan);

      // A part's overlaps need the thresholds of all parts.
      const joined = join(options.out, `${THRESHOLDS}.json`);
      const whole = shard && (await stat(joined).catch(() => undefined)) ? await read(collectors, joined) : undefined;
      if (whole && !isWhole(whole)) {
        throw new OptionError('--shard', `${joined} is not of all pictures; join all parts with convscope merge`);
      }
      // A scan of nothing more refuses thresholds of another net or other pictures.
      const found = whole
        ? await scan(ctx, model, plain, collectors, { range: [0, 0], resume: whole })
        : await run(pass, fileOf(THRESHOLDS), plain, collectors);
      if (!found) return;
      if (shard && !whole) {
        const files = join(options.out, `${THRESHOLDS}-*-of-${shard.parts}.json`);
        tell(pass, fileOf(THRESHOLDS), `then convscope merge ${files} --out ${options.out}, and this line again`);
        return;
      }
      const counters = overlapCollectors(plan, thresholdsOf(plan, found), take);
      const counted = await run(pass, fileOf(OVERLAPS), labelled, counters);
      if (!counted) return;
      if (shard) {
        const files = join(options.out, `${OVERLAPS}-*-of-${shard.parts}.json`);
        tell(
          pass,
          fileOf(OVERLAPS),
          `then convscope merge ${files} --out ${options.out}, and this line with --resume in place of --shard`,
        );
        return;
      }
      const result = dissectionOf(plan, set.source, found, counted);
      const file = { convscope: VERSION, adapter: ctx.adapterName, ...markOf(model), ...result };
      const onUnreadable = () => undefined;
      const { range: _, ...same } = pass.common;
      const masks = await topMasks(ctx, plan, result, set, { ...same, onUnreadable });
      const index = await writeReport(options.out, plan, file, masks, set, (picture) => marked(model, picture));
      if (options.json) {
        printJson({
          model: model.name,
          adapter: ctx.adapterName,
          ...aboutModel(model),
          images: result.images,
          skipped: result.skipped,
          thresholds: result.thresholds,
          layers: result.layers.map(({ layer, units, detectors, covered }) => ({
            layer,
            units: units.length,
            detectors,
            concepts: covered.length,
            dead: units.filter(({ quiet }) => quiet === 'dead').length,
            constant: units.filter(({ quiet }) => quiet === 'constant').length,
          })),
          index,
        });
        return;
      }
      for (const layer of result.layers) console.log(`${layer.layer}: ${summary(layer, result.iou)}`);
      console.log(`${result.images} pictures: ${index}`);
    });
}

/** Opens the net and the labelled pictures, and checks what is compared. */
export async function openDissection(
  spec: string,
  options: DissectionOptions,
): Promise<{ readonly model: Model; readonly set: LabelledSet; readonly plan: DissectionPlan }> {
  if (options.labels !== undefined && (await stat(options.labels).catch(() => undefined))?.isDirectory()) {
    throw new OptionError(
      '--labels',
      `names classes of the net in a file; for labelled pictures write --concepts ${options.labels}`,
    );
  }
  const model = await openModel(spec, options);
  warnUnstated(model);
  const set = await openLabelled(options.concepts);
  const plan = planDissection(model, set, {
    ...(options.layers !== undefined && { layers: options.layers.split(',').map((name) => name.trim()) }),
    ...(options.labelSize !== undefined && { size: sizeOf(options.labelSize) }),
    quantile: number('--quantile', options.quantile),
    iou: number('--iou', options.iou),
    k: integer('--k', options.k),
  });
  return { model, set, plan };
}

/** What both scans share. */
interface Pass {
  readonly ctx: Context;
  readonly model: Model;
  readonly options: Options;
  readonly skipped: Skipped;
  readonly common: Pick<ScanOptions, 'batch' | 'inputs' | 'range'>;
}

/** Makes a scan, or the rest of it. Undefined where it was interrupted. */
async function run<const C extends readonly Collector<unknown>[]>(
  { ctx, model, options, skipped, common }: Pass,
  file: string,
  set: readonly SetImage[],
  collectors: C,
): Promise<Scan<C> | undefined> {
  const there = options.resume && (await stat(file).catch(() => undefined));
  const resume = there ? await read(collectors, file) : undefined;
  const total = common.range ? common.range[1] - common.range[0] : set.length;
  let found: Scan<C> | undefined;
  const bar = process.stderr.isTTY && !options.json;
  await keptScan<object>(
    model,
    set,
    { file, skipped, bar, total, before: resume ? scannedOf(resume) : 0 },
    async (images, { onProgress, ...hooks }) => {
      found = await scan(ctx, model, images, collectors, {
        ...common,
        ...hooks,
        ...(resume && { resume }),
        onProgress: ({ state, ...progress }) =>
          onProgress({ ...progress, state: () => writeScan(collectors, state()) }),
      });
      return writeScan(collectors, found);
    },
  );
  if (found && scannedOf(found) === total) return found;
  process.exitCode = EXIT.interrupted;
  const done = found ? scannedOf(found) : 0;
  if (options.json) printJson({ model: model.name, state: file, scanned: done, images: total, complete: false });
  else console.log(`${done} of ${total} pictures; the same line with --resume goes on from ${file}`);
  return undefined;
}

async function read<const C extends readonly Collector<unknown>[]>(collectors: C, file: string): Promise<Scan<C>> {
  return readScan(collectors, parseJson(await readFile(file, 'utf8'), file));
}

/** Says what a part has done, and what comes next. */
function tell({ options, model, ctx, skipped }: Pass, file: string, next: string): void {
  if (options.json) {
    const about = { model: model.name, adapter: ctx.adapterName, state: file, shard: options.shard };
    printJson({ ...about, skipped: skipped.images, complete: true, next });
  } else console.log(`part ${options.shard}: ${file}; ${next}`);
}

function sizeOf(text: string): readonly [rows: number, columns: number] {
  const [, rows, columns] = /^([1-9]\d{0,4})[x×]([1-9]\d{0,4})$/i.exec(text.trim()) ?? [];
  if (rows === undefined) throw new OptionError('--label-size', `must be rows x columns, as in 113x113, got '${text}'`);
  return [Number(rows), Number(columns)];
}
