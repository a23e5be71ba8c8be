// Two builds of this library beside each other, in turns: what a change costs or gains.
//
//   node bench/builds.mjs ../old/dist dist [--rounds 5] [--net mini-caffenet | deploy.prototxt,weights.caffemodel]
//
// A step of activation maximization, a forward pass, and the time from nothing to the first step. Ratios are new over old: below 1 is
// faster. Only they say anything about a software adapter.
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

// Mesa keeps compiled shaders on the disk: from the second run on, the time to a first step would be without compiling.
process.env.MESA_SHADER_CACHE_DISABLE ??= 'true';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string', default: '5' }, net: { type: 'string', default: 'mini-caffenet' } },
});
if (positionals.length !== 2) throw new Error('needs two folders of builds, the old one first');

async function openBuild(dist) {
  const load = (file) => import(pathToFileURL(resolve(dist, file)).href);
  const [lib, node, importers] = await Promise.all(['index.js', 'node/index.js', 'importers/index.js'].map(load));
  const [text, weights] = values.net.split(',');
  const model = weights
    ? importers.importCaffe(await readFile(text, 'utf8'), await readFile(weights))
    : await node.loadModel(text);
  return { lib, node, model };
}

const timed = async (work) => {
  const start = performance.now();
  await work();
  return performance.now() - start;
};

/** Milliseconds of each thing that is measured, once. */
async function measure({ lib, node, model }) {
  const recipe = lib.createRecipe({ unit: `${lib.outputLayer(model)}:1`, preset: 'blur', steps: 1000 });
  const ctx = await node.openNodeContext();
  let ascent;
  const first = await timed(async () => {
    ascent = await lib.createAscent(ctx, model, recipe);
    ascent.run(1);
    await ascent.read();
  });
  const steps = 10;
  const step = await timed(async () => {
    ascent.run(steps);
    await ascent.read();
  });
  ascent[Symbol.dispose]();
  const tape = lib.createTape();
  const shape = [1, ...model.input.shape.slice(1)];
  const image = tape.leaf('image', lib.f32(...shape));
  const y = lib.trace(tape, model, image, lib.layers)(lib.outputLayer(model));
  const plan = await lib.compile(ctx, tape, { keep: [y] });
  plan.run();
  await plan.read(y);
  const forward = await timed(async () => {
    for (let i = 0; i < steps; i++) plan.run();
    await plan.read(y);
  });
  plan[Symbol.dispose]();
  const { adapterName } = ctx;
  ctx[Symbol.dispose]();
  return { adapterName, times: { 'first step': first, 'step.b1': step / steps, forward: forward / steps } };
}

const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
const [before, after] = [await openBuild(positionals[0]), await openBuild(positionals[1])];
const rounds = [];
for (let i = 0; i < Number(values.rounds); i++) {
  // Each first in turn: what runs second finds a warmer machine.
  const [a, b] = i % 2 === 0 ? [before, after] : [after, before];
  const [one, two] = [await measure(a), await measure(b)];
  rounds.push(i % 2 === 0 ? [one, two] : [two, one]);
}
console.log(`${values.net}, ${rounds[0][0].adapterName}, ${rounds.length} rounds`);
for (const what of Object.keys(rounds[0][0].times)) {
  const [old, now] = [0, 1].map((i) => median(rounds.map((round) => round[i].times[what])));
  const ratios = rounds.map(([a, b]) => b.times[what] / a.times[what]);
  console.log(
    `${what.padEnd(12)} old ${old.toFixed(2)} ms  new ${now.toFixed(2)} ms  ratio ${median(ratios).toFixed(3)} ` +
      `(${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)})`,
  );
}
process.exit(0);
