// A captioning net as LRCN's are (Donahue et al. 2015): words embedded, two LSTMs, the second of which sees the image at
// every step, and a distribution over words at each. Held against the layers' float64 references.
import { describe, expect, test } from 'vitest';
import { expectClose } from '../../test/support/close.js';
import { testContext } from '../../test/support/device.js';
import { distinct } from '../../test/support/op.js';
import { grad } from '../autodiff/grad.js';
import { f32, type Shape } from '../core/shape.js';
import { trace, weightsAsF32 } from '../graph/model.js';
import { compile } from '../graph/plan.js';
import { createTape } from '../graph/tape.js';
import { ref as embedRef } from '../kernels/embed/embed.ref.js';
import { ref as fcRef } from '../kernels/fc/fc.ref.js';
import * as layers from '../kernels/index.js';
import { ref as lstmRef } from '../kernels/lstm/lstm.ref.js';
import { ref as lstmStaticRef } from '../kernels/lstmStatic/lstmStatic.ref.js';
import type { RefTensor } from '../kernels/reference.js';
import { ref as softmaxRef } from '../kernels/softmax/softmax.ref.js';
import { activations } from '../scene/forward.js';
import { inspectModel } from '../scene/inspect.js';
import { importCaffe, readSafetensors, writeSafetensors } from './index.js';

const T = 5;
const N = 2;
const WORDS = 11;
const FEATURES = 6;
const filler = 'weight_filler { type: "uniform" min: -0.6 max: 0.6 }';
const recurrent = `recurrent_param { num_output: 4 ${filler} bias_filler { type: "uniform" min: -0.3 max: 0.3 } }`;
/** Longer sequences in the file than those that are run. */
const inputs = (names: [string, string][]) =>
  names.map(([name, dims]) => `input: "${name}" input_shape { ${dims} }`).join('\n');
const BODY = `
  layer { name: "embedding" type: "Embed" bottom: "input_sentence" top: "embedded"
    embed_param { bias_term: false input_dim: ${WORDS} num_output: 3 ${filler} } }
  layer { name: "lstm1" type: "LSTM" bottom: "embedded" bottom: "cont_sentence" top: "lstm1" ${recurrent} }
  layer { name: "lstm2" type: "LSTM" bottom: "lstm1" bottom: "cont_sentence" bottom: "image_features" top: "lstm2" ${recurrent} }
  layer { name: "predict" type: "InnerProduct" bottom: "lstm2" top: "predict"
    inner_product_param { num_output: ${WORDS} axis: 2 ${filler} } }
  layer { name: "probs" type: "Softmax" bottom: "predict" top: "probs" softmax_param { axis: 2 } }`;
const NET = `name: "lrcn" ${inputs([
  ['cont_sentence', `dim: 20 dim: ${N}`],
  ['input_sentence', `dim: 20 dim: ${N}`],
  ['image_features', `dim: ${N} dim: ${FEATURES}`],
])} ${BODY}`;

const model = importCaffe(NET, undefined, { seededWeights: 7 });
const tensor = (shape: Shape, data: ArrayLike<number>): RefTensor => ({ shape, data: Float64Array.from(data) });
/** Both sequences begin at once; the second begins anew at step 3. */
const cont = tensor([T, N], [0, 0, 1, 1, 1, 1, 1, 0, 1, 1]);
const sentence = tensor([T, N], [0, 0, 3, 10, 7, 1, 3, 0, 9, 5]);
const features = tensor([N, FEATURES], distinct(N * FEATURES, 5));

function weight(key: string): RefTensor {
  const stored = model.weights.get(key);
  if (!stored) throw new Error(`no weight ${key} among ${[...model.weights.keys()].join(', ')}`);
  return tensor(stored.shape, weightsAsF32(stored));
}

/** The net in float64. */
function expected(image: RefTensor): RefTensor {
  const of = (layer: string, ...slots: string[]) => Object.fromEntries(slots.map((s) => [s, weight(`${layer}.${s}`)]));
  const embedded = embedRef({ x: sentence, ...of('embedding', 'w', 'b') }, {});
  const first = lstmRef({ x: embedded, cont, ...of('lstm1', 'wx', 'b', 'wh') }, {});
  const second = lstmStaticRef({ x: first, cont, fixed: image, ...of('lstm2', 'wx', 'b', 'ws', 'wh') }, {});
  const predicted = fcRef({ x: second, ...of('predict', 'w', 'b') }, { axis: 2 });
  return softmaxRef({ x: predicted }, { from: 2, to: 3 });
}

const host = ({ shape, data }: RefTensor) => ({ shape, data: Float32Array.from(data) });
const given = { input_sentence: host(sentence), image_features: host(features) };

describe('a captioning net with three inputs', () => {
  test('keeps batch and time as in the file', () => {
    expect(model.input).toEqual({ name: 'cont_sentence', shape: [20, N] });
    expect(model.sides).toEqual([
      { name: 'input_sentence', shape: [20, N] },
      { name: 'image_features', shape: [N, FEATURES] },
    ]);
    const report = inspectModel(model);
    expect(report.sides).toEqual(model.sides);
    expect(report.layers.map((l) => l.shape)).toEqual([
      [20, N, 3],
      [20, N, 4],
      [20, N, 4],
      [20, N, WORDS],
      [20, N, WORDS],
    ]);
  });

  test('Input layers say the same, and labels that only a loss reads are left out', () => {
    const input = (name: string, dims: string) =>
      `layer { name: "${name}" type: "Input" top: "${name}" input_param { shape { ${dims} } } }`;
    const net = `name: "lrcn" ${input('cont_sentence', `dim: 20 dim: ${N}`)}
      ${input('input_sentence', `dim: 20 dim: ${N}`)} ${input('target', `dim: 20 dim: ${N}`)}
      ${input('image_features', `dim: ${N} dim: ${FEATURES}`)} ${BODY}
      layer { name: "loss" type: "SoftmaxWithLoss" bottom: "predict" bottom: "target" top: "loss" }`;
    expect(importCaffe(net, undefined, { seededWeights: 7 })).toEqual(model);
    // One layer may make all of a shape.
    const joint = `name: "lrcn" layer { name: "words" type: "Input" top: "cont_sentence" top: "input_sentence"
      input_param { shape { dim: 20 dim: ${N} } } } ${input('image_features', `dim: ${N} dim: ${FEATURES}`)} ${BODY}`;
    expect(importCaffe(joint, undefined, { seededWeights: 7 })).toEqual(model);
  });

  test('words at every step are those of float64', async () => {
    const got = await activations(await testContext(), model, Float32Array.from(cont.data), ['probs'], {
      inputs: given,
    });
    const want = expected(features);
    // Some hundred f32 products and functions in a row.
    expectClose('probs', got.get('probs')?.data ?? [], want.data, want.shape, { atol: 1e-5, rtol: 1e-5 });
  });

  test('their gradient to the image features is that of float64 differences', async () => {
    const tape = createTape();
    const leaf = (label: string, shape: Shape) => tape.leaf(label, f32(...shape));
    const [goesOn, words, image] = [leaf('cont', [T, N]), leaf('words', [T, N]), leaf('image', [N, FEATURES])];
    const probs = trace(tape, model, goesOn, layers, {
      inputs: { input_sentence: words, image_features: image },
    })('probs');
    const seed = leaf('seed', probs.shape);
    const [gradient] = grad(tape, probs, [image], { seed });
    using plan = await compile(await testContext(), tape, { keep: [gradient] });
    const factors = distinct(T * N * WORDS, 9);
    plan.write(goesOn, Float32Array.from(cont.data));
    plan.write(words, given.input_sentence.data);
    plan.write(image, given.image_features.data);
    plan.write(seed, factors);
    plan.run();
    const loss = (data: Float64Array) =>
      expected({ shape: features.shape, data }).data.reduce((sum, p, i) => sum + p * factors[i], 0);
    const h = 1e-5;
    const want = Float64Array.from(features.data, (_, i) => {
      const moved = (by: number) => features.data.map((v, j) => (i === j ? v + by : v));
      return (loss(moved(h)) - loss(moved(-h))) / (2 * h);
    });
    expect(Math.max(...want.map(Math.abs))).toBeGreaterThan(1e-3);
    expectClose('gradient', await plan.read(gradient), want, features.shape, { atol: 1e-6, rtol: 1e-4 });
  });

  test('what does not see the image works without it, what does names it', async () => {
    const ctx = await testContext();
    const run = (layer: string) =>
      activations(ctx, model, Float32Array.from(cont.data), [layer], {
        inputs: { input_sentence: given.input_sentence },
      });
    expect((await run('lstm1')).get('lstm1')?.shape).toEqual([T, N, 4]);
    await expect(run('probs')).rejects.toThrow(
      `inputs: 'lstm2' needs input 'image_features' [${N},${FEATURES}], which was not given`,
    );
  });

  test('a converted file keeps all inputs', () => {
    const back = readSafetensors(writeSafetensors(model));
    expect(back.input).toEqual(model.input);
    expect(back.sides).toEqual(model.sides);
  });

  test('an input without a shape, or twice, is named', () => {
    expect(() => importCaffe(`input: "cont_sentence" input_shape { dim: 1 dim: 2 } ${BODY}`)).toThrow(
      "layer 'embedding' reads blob 'input_sentence', which no layer before it makes",
    );
    const dims = 'dim: 1 dim: 2';
    const twice = inputs([
      ['cont_sentence', dims],
      ['cont_sentence', dims],
    ]);
    expect(() => importCaffe(twice + BODY)).toThrow("two inputs are named 'cont_sentence'");
    const shapeless = `${inputs([['cont_sentence', dims]])} input: "input_sentence" ${BODY}`;
    expect(() => importCaffe(shapeless)).toThrow(
      "input 'input_sentence' has no shape; give it one with input_shape { dim: … }",
    );
  });
});

test('of several inputs the map with few channels is the image', () => {
  const net = `${inputs([
    ['features', 'dim: 1 dim: 64 dim: 1 dim: 1'],
    ['data', 'dim: 1 dim: 3 dim: 8 dim: 8'],
  ])} layer { name: "a" type: "Flatten" bottom: "data" top: "a" } layer { name: "b" type: "Flatten" bottom: "features" top: "b" }
    layer { name: "c" type: "Concat" bottom: "a" bottom: "b" top: "c" }`;
  expect(importCaffe(net)).toMatchObject({
    input: { name: 'data', shape: [1, 3, 8, 8] },
    sides: [{ name: 'features', shape: [1, 64, 1, 1] }],
  });
});
