// Samplers of codes: chains, conditions, holes in pictures, statistics of codes.
import { describe, expect, test } from 'vitest';
import { dispose } from '../src/core/dispose.js';
import { OptionError } from '../src/core/errors.js';
import { createRng } from '../src/core/rng.js';
import { compile } from '../src/graph/plan.js';
import { importModel, readCodes, writeCodes, writeSafetensors } from '../src/importers/index.js';
import { op as times } from '../src/kernels/scale/index.js';
import { codeStatistics } from '../src/methods/codes.js';
import { samplerStudy } from '../src/methods/ppgn.js';
import { type Sample, type SampleOptions, sampleAgain, sampleChains } from '../src/methods/samples.js';
import { caption } from '../src/objectives/caption.js';
import { logProbability } from '../src/objectives/logProbability.js';
import { logShare } from '../src/objectives/logShare.js';
import { sum } from '../src/objectives/sum.js';
import { definePart } from '../src/parts/part.js';
import { activations } from '../src/scene/forward.js';
import { openNet } from '../src/scene/openNet.js';
import { createRun, type RunOptions } from '../src/synthesize/run.js';
import { type Study, toSpecs } from '../src/synthesize/study.js';
import { testContext } from './support/device.js';
import {
  CODE,
  captioner,
  condition,
  denoiser,
  encoder,
  generator,
  IMAGE,
  narrowGenerator,
  wideCaptioner,
  wideGenerator,
} from './support/ppgnNets.js';

const [C, H, W] = IMAGE;
const PIXELS = C * H * W;
const nets = { generator, encoder, denoiser, captioner };
const codes = { mean: new Float32Array(CODE).fill(0.2), deviation: new Float32Array(CODE).fill(0.5) };
const fish = logProbability.make({ class: 1 });

async function chainsOf(options: Partial<SampleOptions> = {}): Promise<(readonly Sample[])[]> {
  const all: (readonly Sample[])[] = [];
  const wanted: SampleOptions = { condition: fish, nets, codes, chains: 2, seed: 4, steps: 7, every: 3, ...options };
  for await (const frame of sampleChains(await testContext(), condition, wanted)) all.push(frame);
  return all;
}

/** A run of a study, after some steps. */
async function ran(study: Study, steps: number, options: RunOptions = {}) {
  const run = await createRun(
    await testContext(),
    condition,
    { recipe: study, compose: (s) => s },
    { nets, ...options },
  );
  run.run(steps);
  const records = await run.records();
  const result = {
    records,
    code: (await run.variables()).get(0)?.[0] ?? new Float32Array(),
    image: await run.read('last'),
  };
  run[dispose]();
  return result;
}

describe('chains', () => {
  test('give samples every few steps, each with what the condition says of it', async () => {
    const frames = await chainsOf();
    expect(frames.map((frame) => frame[0].step)).toEqual([3, 6, 7]);
    const ctx = await testContext();
    for (const { image, objective } of frames.flat()) {
      const prob = (
        await activations(
          ctx,
          condition,
          image.map((v) => v * 0.02),
          ['prob'],
        )
      ).get('prob');
      expect(Math.exp(objective)).toBeCloseTo(prob?.data[1] ?? Number.NaN, 5);
    }
  });

  test.each([{}, { lastRate: 0.001 }, { starts: [0.3, -0.6].map((v) => new Float32Array(CODE).fill(v)) }])(
    'a sample’s study makes it again, alone: %j',
    async (options) => {
      const ctx = await testContext();
      const frames = await chainsOf(options);
      for (const { study, image, step, objective, seed, chain } of frames.map((frame) => frame[1])) {
        expect(study.seeds).toEqual([seed]);
        const start = options.starts?.[chain];
        const again = await sampleAgain(ctx, condition, study, { nets, codes, ...(start && { start }) });
        expect(again.step).toBe(step);
        expect(again.objective).toBeCloseTo(objective, 5);
        for (let i = 0; i < PIXELS; i++) expect(again.image[i]).toBeCloseTo(image[i], 3);
      }
    },
  );

  test('of several chains one is made again at a time', async () => {
    const [[{ study }]] = await chainsOf();
    await expect(
      sampleAgain(await testContext(), condition, { ...study, seeds: [1, 2] }, { nets, codes }),
    ).rejects.toThrow('study.seeds: must be that of one chain, got 1, 2');
  });

  test('show the net the centre of a larger image, as the authors do', async () => {
    const ctx = await testContext();
    const [[{ image, code }]] = await chainsOf({ nets: { ...nets, generator: wideGenerator }, steps: 3 });
    const drawn = (await activations(ctx, wideGenerator, code, ['image'])).get('image')?.data ?? new Float32Array();
    const [tall, wide] = [H + 3, W + 2];
    for (let i = 0; i < PIXELS; i++) {
      const [c, y, x] = [Math.floor(i / (H * W)), Math.floor(i / W) % H, i % W];
      // It draws BGR about its own mean; the net that is asked sees RGB about another.
      const pixel = 64 * drawn[((C - 1 - c) * tall + y + 1) * wide + x + 1] + [120, 110, 100][c];
      expect(image[i]).toBeCloseTo(pixel - [10, 20, 30][c], 3);
    }
  });

  test('refuse a generator of smaller images', async () => {
    await expect(chainsOf({ nets: { ...nets, generator: narrowGenerator } })).rejects.toThrow(
      "nets: 'G' draws [2,3,5,6], and the images of this run are [2,3,5,7]; give a canvas that it covers",
    );
  });

  test('begin anew from other seeds, with another amount of the prior', async () => {
    const frames = await chainsOf({ resetEvery: 3, every: 3, resetEpsilon1: [0.2, 0.3] });
    expect(frames.map((frame) => frame.map(({ seed, step }) => [seed, step]))).toEqual([
      [
        [4, 3],
        [5, 3],
      ],
      [
        [6, 3],
        [7, 3],
      ],
      [
        [8, 1],
        [9, 1],
      ],
    ]);
    const amounts = frames.map(([{ study }]) => /"amount":([\d.e-]+)/.exec(JSON.stringify(study.optim))?.[1]);
    expect(amounts[0]).toBe('0.1');
    for (const amount of amounts.slice(1)) expect(amount).toMatch(/^0\.2\d+$/);
  });

  test('start where they are told to', async () => {
    const starts = [new Float32Array(CODE).fill(1), new Float32Array(CODE).fill(-1)];
    const [frame] = await chainsOf({ starts, steps: 1, every: 1, variant: 'dgn-am', rate: 0.001, decay: 0 });
    for (const [n, start] of starts.entries()) {
      for (let i = 0; i < CODE; i++) expect(Math.abs(frame[n].code[i] - start[i])).toBeLessThan(0.01);
    }
  });

  test('with noise or a prior go on where the gradient is exactly zero, and end there without', async () => {
    const nothing = definePart({
      kind: 'objective',
      name: 'nothing',
      text: 'Zero, whatever the image.',
      fields: {},
      make: () => ({
        label: 'nothing',
        layers: [],
        build: (scene) => scene.tape.apply(times, { x: fish.build(scene) }, { factor: 0, shift: 0 }),
      }),
    }).make({});
    const flat = { condition: nothing, decay: 0, steps: 9, every: 3 };
    const last = async (options: Partial<SampleOptions>) => {
      const frames = await chainsOf({ ...flat, ...options });
      return { frames: frames.length, image: frames[frames.length - 1][0].image, first: frames[0][0].image };
    };
    expect((await last({ variant: 'dgn-am' })).frames).toBe(1);
    for (const [variant, epsilon3] of [
      ['dgn-am', 0.1],
      ['joint-ppgn-h', 0],
      ['ppgn-h', 0],
    ] as const) {
      const { frames, image, first } = await last({ variant, epsilon3 });
      expect([variant, frames]).toEqual([variant, 3]);
      // They walk on, and do not only count.
      expect(image.some((value, i) => Math.abs(value - first[i]) > 1e-4)).toBe(true);
    }
  });

  test('keep all terms for sliders, which changes no image', async () => {
    const names = (own: Study) => toSpecs(own).optim.map((rule) => ('name' in rule ? rule.name : ''));
    const options = { condition: fish, seeds: [4], steps: 4, epsilon3: 0 };
    const [study, live] = [samplerStudy(options), samplerStudy({ ...options, live: true })];
    expect(names(study)).toEqual(['meanLength', 'prior', 'sgd']);
    expect(names(live)).toEqual(['meanLength', 'weigh', 'prior', 'langevin', 'sgd']);
    const [a, b] = [await ran(study, 3), await ran(live, 3)];
    for (let i = 0; i < CODE; i++) expect(b.code[i]).toBeCloseTo(a.code[i], 6);
  });

  test('refuse what is wrong by name, before anything is compiled', async () => {
    await expect(chainsOf({ chains: 0 })).rejects.toThrow(/chains: must be a whole number from 1, got 0/);
    await expect(chainsOf({ starts: [] })).rejects.toThrow(/starts: must be one for each of 2 chains, got 0/);
    await expect(chainsOf({ nets: {} })).rejects.toThrow(/nets: 'generator' are not given/);
    await expect(chainsOf({ layer: 'data' })).rejects.toThrow(OptionError);
    const short = { mean: new Float32Array(2), deviation: new Float32Array(2) };
    await expect(chainsOf({ codes: short })).rejects.toThrow(/'codes' must be 6 means and 6 deviations, got 4 numbers/);
    expect(() => samplerStudy({ condition: fish, variant: 'ppgn-x', inpaint: {} })).toThrow(
      /needs a variant with codes/,
    );
    expect(() => samplerStudy({ condition: fish, epsilon2: 0, inpaint: {} })).toThrow(
      /epsilon2: must be above 0 with inpaint, got 0/,
    );
  });
});

describe('conditions', () => {
  test('a caption is the sum of its words’ log probabilities, its end included', async () => {
    const ctx = await testContext();
    const objective = caption.make({ words: 'a red fish', of: 'encoder', layer: 'fc6' });
    const study = samplerStudy({ condition: objective, variant: 'dgn-am', decay: 0, seeds: [3], steps: 3 });
    const { records } = await ran(study, 1);
    const start = (await ran(study, 0)).code;

    const drawn = (await activations(ctx, generator, start, ['image'])).get('image');
    // Both are BGR, with other means and scales.
    const seen = Float32Array.from(drawn?.data ?? [], (v, i) => {
      const c = Math.floor(i / (H * W));
      return (v * 64 + [100, 110, 120][c] - [90, 100, 110][c]) / 50;
    });
    const code = (await activations(ctx, encoder, seen, ['relu6'])).get('relu6');
    const words = [1, 2, 4, 0];
    const side = (data: readonly number[]) => ({ shape: [5, 1], data: Float32Array.from(data) });
    const inputs = { input_sentence: side([0, 1, 2, 4, 0]), cont_sentence: side([0, 1, 1, 1, 1]) };
    const probs = (await activations(ctx, captioner, Float32Array.from(code?.data ?? []), ['probs'], { inputs })).get(
      'probs',
    );
    const want = words.reduce((total, word, t) => total + Math.log(probs?.data[t * 6 + word] ?? Number.NaN), 0);
    expect(records[0][0].objective).toBeCloseTo(want, 4);
    // It is raised.
    expect((await ran(study, 3)).records[0][2].objective).toBeGreaterThan(want);
  });

  test('a captioner reads layers of several nets, one after the other', async () => {
    const ctx = await testContext();
    const given = { nets: { ...nets, captioner: wideCaptioner } };
    const wanted = { words: 'a red fish', layer: 'fc8+fc6 of encoder' };
    const options = { variant: 'dgn-am', decay: 0, seeds: [3], steps: 3 } as const;
    const study = samplerStudy({ condition: caption.make(wanted), ...options });
    const { image } = await ran(study, 0, given);
    const { records } = await ran(study, 1, given);
    const asked = image.map((v) => v * 0.02);
    const scores = (await activations(ctx, condition, asked, ['fc8'])).get('fc8')?.data ?? [];
    // The encoder sees BGR about another mean.
    const seen = image.map((_, i) => {
      const [c, at] = [Math.floor(i / (H * W)), i % (H * W)];
      return (image[(C - 1 - c) * H * W + at] + [30, 20, 10][c] - [90, 100, 110][c]) / 50;
    });
    const code = (await activations(ctx, encoder, seen, ['relu6'])).get('relu6')?.data ?? [];
    const side = (data: readonly number[]) => ({ shape: [5, 1], data: Float32Array.from(data) });
    const inputs = { input_sentence: side([0, 1, 2, 4, 0]), cont_sentence: side([0, 1, 1, 1, 1]) };
    const features = Float32Array.from([...scores, ...code]);
    const probs = (await activations(ctx, wideCaptioner, features, ['probs'], { inputs })).get('probs');
    const want = [1, 2, 4, 0].reduce((sum, word, t) => sum + Math.log(probs?.data[t * 6 + word] ?? Number.NaN), 0);
    expect(records[0][0].objective).toBeCloseTo(want, 4);
  });

  test('words that the captioner does not know, and too many, are refused', async () => {
    const said = (words: string) =>
      ran(samplerStudy({ condition: caption.make({ words, of: 'encoder', layer: 'fc6' }), variant: 'dgn-am' }), 1);
    await expect(said('a green fish')).rejects.toThrow(/does not know 'green'; it knows a, red, blue, fish, car/);
    await expect(said('a red blue fish car')).rejects.toThrow(/takes 4 words at most, got 5/);
  });

  test('a captioner with more words than it tells apart is refused', async () => {
    const many = { ...captioner, labels: [...(captioner.labels ?? []), 'clock'] };
    await expect(
      chainsOf({
        nets: { ...nets, captioner: many },
        condition: caption.make({ words: 'a red', of: 'encoder', layer: 'fc6' }),
      }),
    ).rejects.toThrow(/^caption\.net: 'L' tells 6 words apart, and has 7 as labels/);
  });

  test('the share of a unit has the gradient of a softmax, or its own term alone', async () => {
    const ctx = await testContext();
    const gradientOf = async (terms: 'all' | 'own') => {
      const scene = openNet(condition, { batch: 2 });
      const { tape, image } = scene;
      const value = logShare.make({ unit: 'fc8:2', terms }).build(scene);
      const { grad } = await import('../src/autodiff/grad.js');
      const scores = scene.at('fc8');
      const [d] = grad(tape, value, [scores], { seed: tape.constant('seed', [2], Float32Array.of(1, 1)) });
      using plan = await compile(ctx, tape, { keep: [value, d, scores] });
      const { normal } = createRng(3);
      plan.write(
        image,
        Float32Array.from({ length: 2 * PIXELS }, () => normal()),
      );
      plan.run();
      return { value: await plan.read(value), d: await plan.read(d), scores: await plan.read(scores) };
    };
    const [all, own] = [await gradientOf('all'), await gradientOf('own')];
    for (const n of [0, 1]) {
      const s = [...all.scores.subarray(n * 4, n * 4 + 4)];
      const total = s.reduce((t, v) => t + Math.exp(v), 0);
      const p = s.map((v) => Math.exp(v) / total);
      expect(all.value[n]).toBeCloseTo(Math.log(p[2]), 5);
      expect(own.value[n]).toBeCloseTo(Math.log(p[2]), 5);
      for (const [k, share] of p.entries()) {
        expect(all.d[n * 4 + k]).toBeCloseTo((k === 2 ? 1 : 0) - share, 5);
        expect(own.d[n * 4 + k]).toBeCloseTo(k === 2 ? 1 - share : 0, 5);
      }
    }
  });

  test('several conditions are a product of experts: the sum of their logarithms', async () => {
    const both = sum.make({ of: [fish, logProbability.make({ class: 2 })] });
    const study = samplerStudy({ condition: both, seeds: [3], steps: 2 });
    const one = samplerStudy({ condition: fish, seeds: [3], steps: 2 });
    const other = samplerStudy({ condition: logProbability.make({ class: 2 }), seeds: [3], steps: 2 });
    const [a, b, c] = await Promise.all(
      [study, one, other].map(async (s) => (await ran(s, 1)).records[0][0].objective),
    );
    expect(a).toBeCloseTo(b + c, 5);
  });
});

describe('holes in pictures', () => {
  const { normal } = createRng(8);
  /** A picture in the layout of the net that is asked, RGB. */
  const picture = Float32Array.from({ length: PIXELS }, () => 2 + 0.5 * normal());
  const white = (y: number, x: number) => y >= 1 && y < 4 && x >= 2 && x < 5;
  const mask = Float32Array.from({ length: PIXELS }, (_, i) => {
    const c = Math.floor(i / (H * W));
    return ((white(Math.floor((i % (H * W)) / W), i % W) ? 255 : 0) - [10, 20, 30][c]) * 0.02;
  });

  test('the net sees the picture around the hole, and what is drawn within it', async () => {
    const study = samplerStudy({
      condition: fish,
      inpaint: { epsilon4: 0 },
      variant: 'dgn-am',
      decay: 0,
      seeds: [3],
      steps: 3,
    });
    const given = { references: { picture, mask } };
    const { records, image } = await ran(study, 1, given);
    const before = await ran(study, 0, given);
    const shown = before.image.map((v, i) => (white(Math.floor((i % (H * W)) / W), i % W) ? v * 0.02 : picture[i]));
    const prob = (await activations(await testContext(), condition, shown, ['prob'])).get('prob');
    expect(Math.exp(records[0][0].objective)).toBeCloseTo(prob?.data[1] ?? Number.NaN, 5);
    expect(image).not.toEqual(before.image);
  });

  test('the context draws what is around the hole nearer to the picture', async () => {
    const far = async (epsilon4: number) => {
      const options = {
        condition: fish,
        inpaint: { epsilon4 },
        variant: 'dgn-am',
        decay: 0,
        seeds: [3],
        steps: 60,
        rate: 0.05,
      } as const;
      const { image } = await ran(samplerStudy(options), 59, { references: { picture, mask } });
      return image.reduce((total, v, i) => {
        const inside = white(Math.floor((i % (H * W)) / W), i % W);
        return inside ? total : total + (v - picture[i] / 0.02) ** 2;
      }, 0);
    };
    expect(await far(1)).toBeLessThan(0.9 * (await far(0)));
  });

  test('chains weigh the context by the size of the image, unless its weight is said', async () => {
    const weightOf = async (inpaint: NonNullable<SampleOptions['inpaint']>) => {
      const [frame] = await chainsOf({ inpaint, references: { picture, mask }, steps: 1, every: 1 });
      return Number(/"name":"context","weight":([\d.e-]+)/.exec(JSON.stringify(toSpecs(frame[0].study)))?.[1]);
    };
    // What a picture of 3×64×64 numbers weighs as 1e-6, within 3 %.
    expect((await weightOf({})) * PIXELS).toBeCloseTo(3 * 64 * 64 * 1e-6, 3);
    expect(await weightOf({ epsilon4: 0.5 })).toBe(0.5);
  });

  test('a picture or a mask that was not given is named', async () => {
    const study = samplerStudy({ condition: fish, inpaint: {}, seeds: [3], steps: 3 });
    await expect(ran(study, 1, { references: { picture } })).rejects.toThrow(
      /references: 'mask' are not given \(given: picture\)/,
    );
  });
});

test('statistics of codes are those of the codes of all pictures, and survive their file', async () => {
  const ctx = await testContext();
  const { uniform } = createRng(1);
  const pictures = Array.from({ length: 5 }, () => {
    const data = Uint8ClampedArray.from({ length: 4 * H * W }, (_, i) => (i % 4 === 3 ? 255 : 256 * uniform()));
    return { width: W, height: H, data };
  });
  const set = pictures.map((picture, id) => ({ id, picture: () => Promise.resolve(picture) }));
  const found = await codeStatistics(ctx, encoder, 'fc6', set, { batch: 2 });
  const all: number[][] = [];
  for (const { data } of pictures) {
    const x = Float32Array.from({ length: PIXELS }, (_, i) => {
      const c = Math.floor(i / (H * W));
      return (data[4 * (i % (H * W)) + 2 - c] - [90, 100, 110][c]) / 50;
    });
    all.push([...((await activations(ctx, encoder, x, ['relu6'])).get('relu6')?.data ?? [])]);
  }
  for (let i = 0; i < CODE; i++) {
    const mean = all.reduce((total, code) => total + code[i], 0) / 5;
    const variance = all.reduce((total, code) => total + (code[i] - mean) ** 2, 0) / 5;
    expect(found.mean[i]).toBeCloseTo(mean, 4);
    expect(found.deviation[i]).toBeCloseTo(Math.sqrt(variance), 4);
  }
  expect(readCodes(writeCodes(found))).toEqual(found);
  expect(found).toMatchObject({ net: 'E', layer: 'fc6', pictures: 5 });
  expect(() =>
    readCodes(writeSafetensors(importModel([{ name: 'e.safetensors', bytes: writeSafetensors(encoder) }]))),
  ).toThrow(/holds no statistics of codes; `convscope codes` writes them/);
});
