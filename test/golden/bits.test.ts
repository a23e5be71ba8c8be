// The bits of every pass that is for looking at nets: images, traces, back-projections, best images. What is rebuilt has to give
// the same bits on the same adapter. `CONVSCOPE_RECORD=1 npx vitest run test/golden/bits` writes bits.json anew for the adapter
// in use; do that only where a change of the numbers is wanted.
//
// The names of its parts come from the public entry points alone, so that this file stays as it is when files move.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { COPY_DST, COPY_SRC } from '../../src/gpu/flags.js';
import { createReadback } from '../../src/gpu/readback.js';
import {
  type Ascent,
  backProject,
  compile,
  createAscent,
  createLive,
  createProjector,
  createRecipe,
  createTape,
  descend,
  f32,
  findTopImages,
  preprocessPicture,
  type RecipeOptions,
  ROW_NAMES,
  render,
  type SetImage,
  topOf,
  u32,
  updateRules,
  wake,
} from '../../src/index.js';
import { binary } from '../../src/kernels/binary/index.js';
import { loadModel } from '../../src/node/index.js';
import { worldImage } from '../../train/world/index.js';
import { arithmeticOf } from '../support/arithmetic.js';
import { contextWith, testContext } from '../support/device.js';

const { adam, momentum, sgd } = updateRules;

interface Recorded {
  readonly adapter: string;
  /** Tells machines apart on which an adapter of this name computes other bits. */
  readonly arithmetic: string;
  readonly bits: Readonly<Record<string, string>>;
}

type Numbers = ArrayBufferView | readonly number[] | string;

const FILE = join(import.meta.dirname, 'bits.json');
const recording = process.env.CONVSCOPE_RECORD === '1';
const ctx = await testContext();
const model = await loadModel('mini-caffenet');
const arithmetic = await arithmeticOf(ctx);
const recorded: readonly Recorded[] = JSON.parse(readFileSync(FILE, 'utf8'));
const here = recorded.find((r) => r.adapter === ctx.adapterName && r.arithmetic === arithmetic);

/** One hash of everything. Numbers of a list are hashed as float64, views by their bytes. */
function bitsOf(parts: readonly Numbers[]): string {
  const hash = createHash('sha256');
  for (const part of parts) {
    if (typeof part === 'string') hash.update(part);
    else if (ArrayBuffer.isView(part)) hash.update(new Uint8Array(part.buffer, part.byteOffset, part.byteLength));
    else hash.update(Float64Array.from(part));
  }
  return hash.digest('hex').slice(0, 20);
}

/**
 * All that a run leaves behind. Of a unit that is to fall, only what does not depend on which of two images is called the better
 * one: the toolbox calls the greater activation better, which such a run works against.
 */
async function ascentBits(ascent: Ascent): Promise<Numbers[]> {
  const records = await ascent.records();
  const outcomes = await ascent.outcome();
  const falls = ascent.recipe.direction < 0;
  const snapshots = falls ? (['last'] as const) : (['last', 'best', 'majority'] as const);
  return [
    ...(await Promise.all(snapshots.map((snapshot) => ascent.read(snapshot)))),
    records.flat().flatMap((row) => {
      const { step, objective, gradient, rate, norm, distance, deviation, argmax, isMax } = row;
      return [step, falls ? 0 : objective, gradient, rate, norm, distance, deviation, argmax, Number(isMax)];
    }),
    outcomes.flatMap(({ seed, best, majority, stuck }) => [
      seed,
      Number(stuck),
      majority?.step ?? -1,
      ...(falls ? [] : [best.objective, best.step, majority?.objective ?? -1]),
    ]),
    JSON.stringify(outcomes.map(({ start }) => start)),
  ];
}

const picture = (index: number) => worldImage(7, index);
const inputOf = (index: number) => preprocessPicture(ctx, model, picture(index));
const pictures = (count: number): SetImage[] =>
  Array.from({ length: count }, (_, i) => ({ id: `world:${i}`, picture: () => picture(i) }));

const cases = new Map<string, () => Promise<Numbers[]>>();

/** A run of `steps`; `change` gets to it after half of them. */
function ascent(
  name: string,
  recipe: RecipeOptions,
  options: Parameters<typeof createAscent>[3] = {},
  change?: (ascent: Ascent) => void,
): void {
  cases.set(`ascent, ${name}`, async () => {
    const whole = createRecipe({ preset: 'small', steps: 14, seeds: [0], ...recipe });
    using run = await createAscent(ctx, model, whole, options);
    run.run(change ? Math.floor(whole.steps / 2) : whole.steps);
    change?.(run);
    run.run(whole.steps - run.steps);
    return await ascentBits(run);
  });
}

for (const unit of ['fc8:3', 'conv3:5', 'conv3:5:1,2']) {
  for (const preset of ROW_NAMES) ascent(`${unit}, preset ${preset}`, { unit, preset, steps: 14 });
}
for (const start of ['mean_plus_rand', 'randu', 'mean'] as const) {
  ascent(`fc8:7, start ${start}`, { unit: 'fc8:7', start });
  ascent(`conv5:9, start ${start}`, { unit: 'conv5:9', start });
}
const LEARNING_RATES = [
  { policy: 'constant', lr: 300 },
  { policy: 'progress', maxLr: 1e8, desiredProgress: 2 },
  { policy: 'progress', maxLr: 20, desiredProgress: 2 },
  { policy: 'progress01', maxLr: 1e8, earlyProgress: 0.3, lateProgressMult: 0.02 },
] as const;
for (const unit of ['prob:4', 'conv4:11', 'relu7:1']) {
  for (const learningRate of LEARNING_RATES) {
    const numbers = Object.values(learningRate).join(' ');
    ascent(`${unit}, learning rate ${numbers}`, { unit, learningRate });
  }
}
ascent('prob:4, 3 seeds', { unit: 'prob:4', seeds: [0, 1, 4_000_000_000], steps: 20 });
ascent('conv2:6:3,4, 3 seeds', { unit: 'conv2:6:3,4', seeds: [5, 6, 7] });
ascent('conv1:2', { unit: 'conv1:2', preset: 'norm', steps: 14 });
ascent('norm2:3', { unit: 'norm2:3' });
ascent('pool5:3, pushed down', { unit: 'conv5:3', direction: -1 });
ascent('fc8:3, every regularizer', {
  unit: 'fc8:3',
  seeds: [1, 2],
  decay: 0.01,
  blurRadius: 0.7,
  blurEvery: 3,
  smallValuePercentile: 10,
  smallNormPercentile: 20,
  benefitPercentile: 5,
  contributionPercentile: 15,
});
ascent('relu5:0, before the rectifier', { unit: 'relu5:0' }, { beforeRectifiers: true });
ascent('fc8:3, adjustable, adjusted', { unit: 'fc8:3', seeds: [0, 1] }, { adjustable: true }, (run) =>
  run.adjust({
    decay: 0.02,
    blurRadius: 1,
    blurEvery: 2,
    smallNormPercentile: 30,
    contributionPercentile: 10,
    learningRate: { policy: 'constant', lr: 50 },
    steps: 18,
  }),
);
ascent('conv3:5, adjusted', { unit: 'conv3:5' }, {}, (run) =>
  run.adjust({ decay: 0.1, learningRate: { policy: 'progress01', maxLr: 10, earlyProgress: 1, lateProgressMult: 2 } }),
);
ascent('fc8:3, back to other seeds', { unit: 'fc8:3' }, {}, (run) => run.reset([9]));
cases.set('ascent, kernels of a GPU', async () => {
  const other = await contextWith({ software: false });
  using run = await createAscent(other, model, createRecipe({ unit: 'fc8:3', preset: 'small', steps: 8, seeds: [0] }));
  run.run(8);
  return await ascentBits(run);
});

// A unit that is to fall is not raised before its rectifier: other seeds are tried, then pictures, and in the end it is dead.
for (const [unit, seeds, direction, given] of [
  ['relu7:17', [0, 1, 2], 1, 0],
  ['relu5:4', [0, 1], 1, 0],
  ['relu5:12', [0, 1], -1, 0],
  ['relu7:8', [0, 1], -1, 24],
  ['relu7:0', [3], -1, 0],
] as const) {
  const cause = `${unit}, seeds ${seeds}, direction ${direction}, ${given} pictures`;
  cases.set(`wake, ${cause}`, async () => {
    const recipe = createRecipe({ unit, preset: 'small', steps: 12, seeds, direction });
    using run = await createAscent(ctx, model, recipe);
    const reports = await wake(ctx, model, run, { pictures: pictures(given) });
    run.run(12);
    const bits = await ascentBits(run);
    // The starts that the recipe has now give the same run again.
    using again = await createAscent(ctx, model, run.recipe);
    await wake(ctx, model, again, { pictures: pictures(given) });
    again.run(12);
    return [JSON.stringify(reports), ...bits, ...(await ascentBits(again))];
  });
}
cases.set('render, best of a dead start', async () => {
  const recipe = createRecipe({ unit: 'relu5:12', preset: 'small', steps: 15 });
  const { images, records, steps } = await render(ctx, model, recipe, { snapshot: 'best' });
  return [images, records.flat().map((row) => row.objective), [steps]];
});

for (const unit of [
  { layer: 'fc8', channel: 3 },
  { layer: 'conv3', channel: 8, at: [3, 4] },
  { layer: 'relu5', channel: 8 },
] as const) {
  for (const mode of ['gradient', 'deconv', 'guided'] as const) {
    for (const seedMode of ['one', 'activation'] as const) {
      for (const ignoreLrn of [false, true]) {
        const name = `${unit.layer}:${unit.channel}, ${mode}, seed ${seedMode}${ignoreLrn ? ', LRN ignored' : ''}`;
        cases.set(`back-projection, ${name}`, async () => {
          const found = await backProject(ctx, model, await inputOf(3), unit, { mode, seedMode, ignoreLrn });
          return [[found.activation, found.greatest.value, ...found.greatest.at], found.gradient.data];
        });
      }
    }
  }
}

for (const layer of ['conv2', 'relu5', 'fc8']) {
  cases.set(`best images and their projections, ${layer}`, async () => {
    const top = await findTopImages(ctx, model, pictures(11), { layers: [layer], k: 3, batch: 4 });
    const parts: Numbers[] = [];
    for (const mode of ['gradient', 'deconv', 'guided'] as const) {
      using projector = await createProjector(ctx, model, layer, { mode, ignoreLrn: mode === 'guided', batch: 2 });
      const best = topOf(top, layer, 5);
      const inputs = await Promise.all(best.map(({ image }) => inputOf(Number(String(image).slice(6)))));
      for (const found of await projector.projectTop(5, best, inputs)) {
        const { top: y, left, bottom, right } = found.region;
        parts.push([found.activation, Number(found.agrees), y, left, bottom, right], found.gradient.data);
      }
    }
    return parts;
  });
}
cases.set('best images of all layers, as JSON', async () => [
  JSON.stringify(await findTopImages(ctx, model, pictures(23), { k: 4, batch: 5 })),
]);
cases.set('best images of two layers in batches of their own', async () => [
  JSON.stringify(await findTopImages(ctx, model, pictures(19), { layers: ['relu7', 'conv1'] })),
]);

for (const [layer, back, seed] of [
  ['conv3', 'gradient', 'activation'],
  ['conv5', 'deconv', 'activation'],
  ['fc8', 'guided', 'ones'],
  ['prob', 'gradient', 'maximum'],
] as const) {
  cases.set(`live, ${layer}, ${back}, seed ${seed}`, async () => {
    using live = await createLive(ctx, model, { target: { layer, back, differences: true } });
    live.setUnit(4);
    live.setSeed(seed);
    const parts: Numbers[] = [];
    for (const index of [0, 1, 2]) {
      const input = await inputOf(index);
      const image = ctx.device.createBuffer({ size: input.byteLength, usage: COPY_SRC | COPY_DST });
      ctx.device.queue.writeBuffer(image, 0, input);
      live.step(image);
      for (const { name } of live.layers) {
        parts.push((await live.read(name)) ?? 'absent');
        const difference = live.difference(name);
        parts.push(difference ? await numbersIn(difference) : 'absent');
      }
      const gradient = live.gradient();
      parts.push(gradient ? await numbersIn(gradient) : 'absent');
      image.destroy();
    }
    parts.push(
      await live.history(),
      (await live.guesses(3)).map(({ probability }) => probability),
    );
    return parts;
  });
}

/**
 * What update rules do to weights w that are to make Σ s·w² small. Velocities and first moments are recorded with the sign of the
 * loss, so that the bits of SGD stay comparable with builds whose rules went down.
 */
for (const [name, rules] of Object.entries({
  'SGD with momentum and decay': [momentum.make({ momentum: 0.9, weightDecay: 0.005 }), sgd.make({})],
  'SGD without momentum': [momentum.make({ momentum: 0 }), sgd.make({})],
  Adam: [adam.make({ beta1: 0.5 })],
  AdamW: [adam.make({ weightDecay: 0.05 })],
})) {
  cases.set(`weights, ${name}`, async () => {
    const tape = createTape();
    const stepNumber = tape.leaf('step', u32(1));
    const w = tape.leaf('w', f32(3, 40));
    const s = tape.constant(
      's',
      [3, 40],
      Float32Array.from({ length: 120 }, (_, i) => 1 / (1 + i)),
    );
    const loss = binary(tape, 'mul', binary(tape, 'mul', w, w), s);
    const [descent] = descend(tape, loss, stepNumber, [{ weights: [w], rules }]);
    using plan = await compile(ctx, tape, { keep: [w] });
    plan.write(w, (await inputOf(1)).slice(0, 120));
    for (let step = 0; step < 12; step++) {
      if (plan.uses(stepNumber)) plan.write(stepNumber, Uint32Array.of(step));
      descent.set(plan, 0.05 / (1 + step));
      plan.run();
    }
    const slots = await Promise.all(
      descent.slots.map(async (slot) => {
        const data = await plan.read(slot);
        return slot.label.endsWith('moment 2') ? data : data.map((v) => -v);
      }),
    );
    return [await plan.read(w), ...slots];
  });
}

async function numbersIn({ buffer, shape }: { readonly buffer: GPUBuffer; readonly shape: readonly number[] }) {
  const readback = createReadback(
    ctx,
    'numbers',
    shape.reduce((a, b) => a * b, 4),
  );
  const bytes = await readback.read(buffer);
  readback.dispose();
  return new Uint8Array(bytes);
}

if (recording) {
  test(`record ${cases.size} passes on ${ctx.adapterName}`, async () => {
    const bits: Record<string, string> = {};
    for (const [name, compute] of cases) {
      const [once, twice] = [bitsOf(await compute()), bitsOf(await compute())];
      expect([name, twice]).toEqual([name, once]);
      bits[name] = once;
    }
    // Two passes with the same bits would be two that show nothing, such as gradients of zero.
    expect(new Set(Object.values(bits)).size).toBe(cases.size);
    const others = recorded.filter((r) => r !== here);
    const all = [...others, { adapter: ctx.adapterName, arithmetic, bits }];
    writeFileSync(FILE, `${JSON.stringify(all, null, 2)}\n`);
  }, 1_200_000);
} else {
  if (!here) {
    const known = recorded.map((r) => `${r.adapter} (arithmetic ${r.arithmetic})`).join(', ');
    console.log(
      `skipped: bits of the passes (none are recorded for ${ctx.adapterName}, arithmetic ${arithmetic}; only for ${known})`,
    );
  }
  describe.skipIf(!here)('the same bits as recorded', () => {
    test('every pass is recorded', () => {
      expect([...cases.keys()].sort()).toEqual(Object.keys(here?.bits ?? {}).sort());
    });
    for (const [name, compute] of cases) {
      test(name, async () => {
        expect(bitsOf(await compute())).toBe(here?.bits[name]);
      });
    }
  });
}
