// Whole steps of activation maximization on real nets (forward, backward to the image, update, trace), on Dawn: the nets of
// ../shared/data, milliseconds beside the adapter's name.
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { importCaffe } from '../src/importers/index.js';
import { createAscent } from '../src/methods/activationMaximization.js';
import { createRecipe } from '../src/methods/recipe.js';
import { openNodeContext } from '../src/node/context.js';

const DATA = resolve(import.meta.dirname, '../../shared/data');
const CASES: [net: string, caffemodel: string, unit: string][] = [
  ['squeezenet_v1.1', 'squeezenet_v1.1.caffemodel', 'conv10:130'],
  ['googlenet', 'bvlc_googlenet.caffemodel', 'inception_4a/1x1:10'],
  ['googlenet', 'bvlc_googlenet.caffemodel', 'loss3/classifier:130'],
];
const RUNS = 9;

export async function main(args: string[]): Promise<void> {
  if (!existsSync(DATA)) {
    console.log('no ../shared/data: nothing to measure');
    return;
  }
  using ctx = await openNodeContext(args[0] ? { adapter: args[0] } : {});
  console.log(ctx.adapterName);
  for (const [net, caffemodel, unit] of CASES) {
    const read = (file: string) => readFileSync(resolve(DATA, net, file));
    const model = importCaffe(read('deploy.prototxt').toString(), read(caffemodel), {
      preprocessing: { mean: [104, 117, 123], order: 'bgr', stated: true },
    });
    using ascent = await createAscent(ctx, model, createRecipe({ unit, preset: 3 }));
    ascent.run(1);
    await ascent.trace();
    const times: number[] = [];
    for (let i = 0; i < RUNS; i++) {
      const start = performance.now();
      // A unit without a gradient stops its run: nothing would be measured.
      if (ascent.run(1) === 0) throw new Error(`${unit} does not move from its start; measure another unit`);
      await ascent.trace();
      times.push(performance.now() - start);
    }
    times.sort((a, b) => a - b);
    const [least, median, most] = [times[0], times[RUNS >> 1], times[RUNS - 1]].map((t) => t.toFixed(0));
    const { planned, lowerBound, naive } = ascent.plan.memory.activations;
    const mebibytes = [planned, lowerBound, naive].map((b) => (b / 2 ** 20).toFixed(1)).join(' / ');
    console.log(`${net} ${unit}: ${median} ms [${least}–${most}], ${ascent.plan.dispatches.length} dispatches,`);
    console.log(`  activations planned / least / without reuse: ${mebibytes} MiB`);
  }
}
