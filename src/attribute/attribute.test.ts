// The way back from a target, and rules that are written outside the library.
import { describe, expect, test } from 'vitest';
import { expectClose } from '../../test/support/close.js';
import { contextWith, testContext } from '../../test/support/device.js';
import { distinct } from '../../test/support/op.js';
import type { Context } from '../gpu/context.js';
import type { Model } from '../graph/model.js';
import type { VjpArgs } from '../graph/tape.js';
import { importCaffe } from '../importers/index.js';
import {
  type AttributionRule,
  attribute,
  attributeTo,
  attributionRules,
  backProject,
  compile,
  defineOp,
  dispatch,
  gate,
  kernel,
  layers,
  type Method,
  type Op,
  objectives,
  openNet,
  type Scene,
  type Spec,
  startAtChannel,
  startAtPlaces,
  startAtUnit,
  type Tape,
  u32,
  type Value,
  type Vjp,
} from '../index.js';
import { argMaxRows } from '../kernels/argMax/rows.js';

const conv = (name: string, bottom: string, outputs: number, size: number): string =>
  `layer { name: "${name}" type: "Convolution" bottom: "${bottom}" top: "${name}" convolution_param {
     num_output: ${outputs} kernel_size: ${size} pad: ${(size - 1) / 2} weight_filler { type: "gaussian" std: 0.3 } } }
   layer { name: "${name}_relu" type: "ReLU" bottom: "${name}" top: "${name}" }`;
const pool = (name: string, bottom: string): string =>
  `layer { name: "${name}" type: "Pooling" bottom: "${bottom}" top: "${name}"
     pooling_param { pool: MAX kernel_size: 3 stride: 2 } }`;
const net = (text: string): Model =>
  importCaffe(`input: "data" input_dim: 1 input_dim: 3 input_dim: 19 input_dim: 23 ${text}`, undefined, {
    seededWeights: 3,
  });

const CHAIN = net(`${conv('a', 'data', 5, 3)} ${pool('p', 'a')} ${conv('b', 'p', 7, 3)} ${conv('c', 'b', 4, 3)}`);
/** Its branches' ReLUs are gated as one, behind the concatenation. */
const INCEPTION = net(`${conv('a', 'data', 5, 3)} ${pool('p', 'a')} ${conv('b1', 'p', 4, 1)} ${conv('b3', 'p', 8, 3)}
  layer { name: "b" type: "Concat" bottom: "b1" bottom: "b3" top: "b" } ${conv('c', 'b', 4, 3)}`);

const SIZE = 3 * 19 * 23;

/** The values that `build` asks for on `batch` images, and the kernels that are launched. */
async function run(
  model: Model,
  batch: number,
  build: (scene: Scene) => readonly Value[],
  options: { readonly ctx?: Context; readonly fold?: boolean } = {},
) {
  const { ctx = await testContext(), fold = true } = options;
  const scene = openNet(model, { batch });
  const keep = build(scene);
  using plan = await compile(ctx, scene.tape, { keep, fold });
  plan.write(scene.image, distinct(batch * SIZE, 11));
  plan.run();
  return { data: await Promise.all(keep.map((v) => plan.read(v))), launches: plan.dispatches };
}

const back = (method?: Method) => (scene: Scene) => [
  attribute(scene, { target: startAtChannel(scene, 'c', 2, 'activation'), ...(method && { method }) }),
];

/** Guided backpropagation that lets a tenth through where the forward value is below 0. */
const leaky: AttributionRule = {
  label: 'leaky',
  vjps: new Map<Op, Vjp>([
    [
      layers.relu,
      (tape, { output, cotangent }) => ({
        x: tape.apply(gate, { f: output, dy: cotangent }, { mask: true, clamp: true, slope: 0.1 }),
      }),
    ],
  ]),
};

/** Deconvnet's rule by an op that the library does not know. */
const ownKernel = kernel({
  name: 'own_gate',
  wgsl: `@group(0) @binding(0) var<storage, read> dy: array<f32>;
    @group(0) @binding(1) var<storage, read_write> dx: array<f32>;
    struct Uniforms { n: u32 }
    @group(0) @binding(2) var<uniform> u: Uniforms;
    override WGX: u32 = 64u;
    @compute @workgroup_size(WGX)
    fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
      let i = id.y * groups.x * WGX + id.x;
      if (i < u.n) { dx[i] = max(dy[i], 0.0); }
    }`,
  buffers: { dy: 'read', dx: 'write' },
  uniforms: { n: 'u32' },
});
const ownGate = defineOp({
  name: 'own_gate',
  inputs: ['f', 'dy'],
  infer: ({ dy }: { f: Spec; dy: Spec }, _: object) => dy,
  lower: ({ inputs: { dy }, output: dx }) => {
    const n = dx.shape.reduce((a, b) => a * b, 1);
    return [dispatch(ownKernel, { buffers: { dy, dx }, uniforms: { n }, threads: [n] })];
  },
  asEpilogue: (_, through) =>
    through === 'dy' ? { kind: 'gate', with: 'f', gate: { mask: false, clamp: true, slope: 0 } } : undefined,
});
const own: AttributionRule = {
  label: 'own',
  vjps: new Map<Op, Vjp>([
    [
      layers.relu,
      (tape: Tape, { output, cotangent }: VjpArgs) => ({ x: tape.apply(ownGate, { f: output, dy: cotangent }, {}) }),
    ],
  ]),
};

describe('a rule from outside', () => {
  for (const [name, model] of Object.entries({ chain: CHAIN, inception: INCEPTION })) {
    for (const traits of [{}, { software: false }]) {
      const where = `${name} with ${JSON.stringify(traits)}`;
      test(`written with gate, it is launched as guided is: ${where}`, async () => {
        const ctx = await contextWith(traits);
        const guided = await run(model, 2, back('guided'), { ctx });
        const fused = await run(model, 2, back(leaky), { ctx });
        const plain = await run(model, 2, back(leaky), { ctx, fold: false });
        expect(fused.launches).toEqual(guided.launches);
        expect(plain.launches).toContain('relu_dx');
        // Only the order of roundings differs.
        expectClose('leaky', fused.data[0], plain.data[0], [2, 3, 19, 23], { atol: 1e-5, rtol: 1e-4 });
        expect(fused.data[0].some((v, i) => v !== guided.data[0][i])).toBe(true);
      });
    }
  }

  test('written with an op of its own that says what it does, it gives the bits and launches of deconv', async () => {
    const [deconv, mine] = [await run(CHAIN, 2, back('deconv')), await run(CHAIN, 2, back(own))];
    expect(mine.launches).toEqual(deconv.launches);
    expect(mine.data).toEqual(deconv.data);
    const plain = await run(CHAIN, 2, back(own), { fold: false });
    expect(plain.launches).toContain('own_gate');
    expectClose('own', plain.data[0], mine.data[0], [2, 3, 19, 23], { atol: 1e-5, rtol: 1e-4 });
  });

  test('backProject takes it', async () => {
    const input = distinct(SIZE, 11);
    const unit = { layer: 'c', channel: 2 };
    const ask = async (mode: Method) =>
      (await backProject(await testContext(), CHAIN, input, unit, { mode, seedMode: 'activation' })).gradient.data;
    expect(await ask(own)).toEqual(await ask('deconv'));
  });
});

describe('rules', () => {
  test('of two for one op the later one counts', async () => {
    const [both, second] = [await run(CHAIN, 1, back([leaky, 'deconv'])), await run(CHAIN, 1, back(own))];
    expect(both.data).toEqual(second.data);
  });

  test('none is the gradient', async () => {
    const [none, named] = [await run(CHAIN, 1, back()), await run(CHAIN, 1, back('gradient'))];
    expect(none).toEqual(named);
  });

  test('each has the name that it is registered under', () => {
    for (const [name, part] of Object.entries(attributionRules)) {
      expect([part.name, part.make({}).label]).toEqual([name, name]);
    }
  });
});

describe('targets', () => {
  test('a unit, as an objective and as a start, is the same', async () => {
    const objective = objectives.neuron.make({ unit: 'c:1:3,4' });
    const asObjective = await run(CHAIN, 2, (scene) => [attribute(scene, { target: objective })]);
    const asStart = await run(CHAIN, 2, (scene) => [
      attribute(scene, { target: startAtUnit(scene, { layer: 'c', channel: 1, at: [3, 4] }) }),
    ]);
    // An objective of one unit computes the window that the unit sees, in another order of sums.
    expectClose('gradient', asObjective.data[0], asStart.data[0], [2, 3, 19, 23], { atol: 1e-5, rtol: 1e-4 });
    expect(asStart.data[0].some((v) => v !== 0)).toBe(true);
  });

  test('each image’s own place, given as data, is the unit there', async () => {
    const index = ([c, y, x]: readonly number[]) => (c * 9 + y) * 11 + x;
    const units = [
      [1, 3, 4],
      [3, 8, 10],
    ];
    const ctx = await testContext();
    const scene = openNet(CHAIN, { batch: 2 });
    const places = scene.tape.leaf('places', u32(2));
    const target = startAtPlaces(scene, scene.at('c'), places);
    const gradient = attribute(scene, { target });
    using plan = await compile(ctx, scene.tape, { keep: [gradient, target.from] });
    plan.write(scene.image, distinct(2 * SIZE, 11));
    plan.write(places, Uint32Array.from(units, index));
    plan.run();
    const [data, from] = [await plan.read(gradient), await plan.read(target.from)];
    for (const [n, [channel, y, x]] of units.entries()) {
      const one = await run(CHAIN, 2, (scene) => {
        const start = startAtUnit(scene, { layer: 'c', channel, at: [y, x] });
        return [attribute(scene, { target: start }), start.from];
      });
      const rows = (of: Float32Array) => of.subarray(n * SIZE, (n + 1) * SIZE);
      expect(rows(data)).toEqual(rows(one.data[0]));
      expect(from[n]).toBe(one.data[1][n]);
    }
  });

  test('each image’s maximum is found on the device', async () => {
    const { data } = await run(CHAIN, 2, (scene) => {
      const layer = scene.at.final('c');
      const places = scene.tape.apply(argMaxRows, { x: layer }, {});
      const target = startAtPlaces(scene, layer, places);
      return [target.from, attribute(scene, { target }), layer];
    });
    const maps = [0, 1].map((n) => data[2].subarray((n * data[2].length) / 2, ((n + 1) * data[2].length) / 2));
    expect([...data[0]]).toEqual(maps.map((map) => Math.max(...map)));
    expect(data[1].some((v) => v !== 0)).toBe(true);
  });

  test('a method may stop at a layer: through it goes what goes to the image', async () => {
    const { data } = await run(CHAIN, 1, (scene) => {
      const target = startAtChannel(scene, 'c', 2, 'ones');
      const stop = scene.at('b');
      const [cotangent] = attributeTo(scene, { target, method: 'guided' }, [stop]);
      const through = attribute(scene, { target: { from: stop, seed: cotangent }, method: 'guided' });
      return [through, attribute(scene, { target, method: 'guided' })];
    });
    expect(data[0]).toEqual(data[1]);
    expect(data[0].some((v) => v !== 0)).toBe(true);
  });
});
