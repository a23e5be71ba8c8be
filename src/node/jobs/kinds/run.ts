// convscope run as a job: activations of many pictures as shards, a safetensors file for each part of the set.
import { join } from 'node:path';
import { OptionError } from '../../../core/errors.js';
import { aboutModel } from '../../../scan/state.js';
import { activations } from '../../../scene/forward.js';
import type { HostTensor } from '../../../scene/input.js';
import { readInputs, readSideInputs, Skipped } from '../../commands/inputs.js';
import { activationFile, openRun, type RunLine } from '../../commands/run.js';
import { writeWhole } from '../../outputs.js';
import { isArray, packagesFor } from '../../sources/names.js';
import type { Job, Part } from '../job.js';

const STAGE = 'activations';
const SHARD = '.safetensors';
/** Pictures at once. */
const BATCH = 16;

export async function runJob(size: number, spec: string, given: readonly string[], options: RunLine): Promise<Job> {
  const { model, names, sources } = await openRun(spec, given, options);
  if (sources.some(isArray)) {
    throw new OptionError(
      'images',
      'a job of run is of pictures: an array may have several, which cannot be counted before',
    );
  }
  const count = Math.ceil(sources.length / size);
  const parts = Array.from({ length: count }, (_, i): Part => {
    const own = sources.slice(i * size, (i + 1) * size);
    return {
      label: `${i * size}-${i * size + own.length - 1}`,
      work: own.length,
      async make(ctx, { signal, onProgress }) {
        const skipped = new Skipped(options.strict, sources.length);
        const inputs = await readSideInputs(ctx, model, names, options.input);
        const images: string[] = [];
        const batches: ReadonlyMap<string, HostTensor>[] = [];
        for (let from = 0; from < own.length; from += BATCH) {
          if (signal.aborted) return undefined;
          const read = await readInputs(ctx, model, own.slice(from, from + BATCH), skipped, true);
          images.push(...read.images);
          if (read.images.length > 0) batches.push(await activations(ctx, model, read.data, names, { inputs, signal }));
          onProgress(Math.min(from + BATCH, own.length));
        }
        // Without any picture there is no shape to write.
        skipped.end(own.length);
        return {
          [SHARD]: activationFile(model, images, new Map(names.map((name) => [name, joined(batches, name)]))),
          '.json': JSON.stringify({ images, skipped: skipped.images }),
        };
      },
    };
  });
  return {
    model,
    identity: [await aboutModel(model), names, sources, options.input],
    files: sources,
    packages: packagesFor(sources),
    stages: [{ name: STAGE, parts }],
    async merge(results, out) {
      const files: string[] = [];
      for await (const bytes of results.of(STAGE, SHARD)) {
        const file = join(out, `${STAGE}-${number(files.length)}-of-${number(count)}${SHARD}`);
        await writeWhole(file, bytes);
        files.push(file);
      }
      return files;
    },
  };
}

/** Five digits, so that names are in the order of the pictures. */
const number = (i: number): string => String(i).padStart(5, '0');

/** The rows of all batches. */
function joined(batches: readonly ReadonlyMap<string, HostTensor>[], name: string): HostTensor {
  const all = batches.flatMap((batch) => batch.get(name) ?? []);
  const data = new Float32Array(all.reduce((sum, own) => sum + own.data.length, 0));
  let at = 0;
  for (const own of all) {
    data.set(own.data, at);
    at += own.data.length;
  }
  return { shape: [all.reduce((sum, { shape }) => sum + shape[0], 0), ...all[0].shape.slice(1)], data };
}
