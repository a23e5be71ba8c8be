// Tracing a model: lazily, by layer and by blob, with the nearest name where one is wrong.
import { describe, expect, test } from 'vitest';
import { f32 } from '../../src/core/shape.js';
import { lazyWeights } from '../../src/graph/lazyWeights.js';
import { layerNames, type Model, PLAIN, trace } from '../../src/graph/model.js';
import { createTape } from '../../src/graph/tape.js';
import { binary } from '../../src/kernels/binary/index.js';
import * as layers from '../../src/kernels/index.js';

const inPlace: Model = {
  name: 'in place',
  input: { name: 'data', shape: [1, 2] },
  layers: [
    { name: 'one', type: 'relu', attrs: { slope: 0.5 }, inputs: ['data'], output: 'one', weights: {} },
    { name: 'relu1', type: 'relu', attrs: { slope: 0 }, inputs: ['one'], output: 'one', weights: {} },
    { name: 'two', type: 'add', attrs: {}, inputs: ['one', 'data'], output: 'two', weights: {} },
  ],
  weights: new Map(),
  preprocessing: PLAIN,
};

const traced = (model: Model) => {
  const tape = createTape();
  return { tape, at: trace(tape, model, tape.leaf('data', f32(1, 2)), layers) };
};

describe('trace', () => {
  test('appends only what is asked for', () => {
    const { tape, at } = traced(inPlace);
    expect(tape.nodes.length).toBe(0);
    at('one');
    expect(tape.nodes.length).toBe(1);
    at('two');
    at('two');
    expect(tape.nodes.length).toBe(3);
  });

  test('a layer’s name is its own output; final is the blob after in-place layers', () => {
    const { at } = traced(inPlace);
    expect(at('one')).not.toBe(at('relu1'));
    expect(at.final('one')).toBe(at('relu1'));
    expect(at.final('two')).toBe(at('two'));
  });

  test('ops that a model brings come before those that are given', () => {
    const { relu, add } = layers;
    const opsOf = (ops: Model['ops'], table: typeof ops = {}) => {
      const tape = createTape();
      trace(tape, { ...inPlace, ...(ops && { ops }) }, tape.leaf('data', f32(1, 2)), table)('two');
      return tape.nodes.map(({ op }) => op);
    };
    const own = { ...relu };
    expect(opsOf({ relu: own, add })).toEqual([own, own, add]);
    expect(opsOf({ relu: own, add })[0]).toBe(own);
    expect(opsOf({ relu: own }, { relu, add })[0]).toBe(own);
    expect(opsOf(undefined, { relu, add })[0]).toBe(relu);
    expect(() => opsOf({ add })).toThrow(
      "No layer type (layer 'one'; a model may bring it in ops) 'relu'. Known: add.",
    );
    // What every object has is no op.
    const inherited = { ...inPlace, layers: [{ ...inPlace.layers[0], type: 'toString' }] };
    expect(() => traced(inherited).at('one')).toThrow(
      "No layer type (layer 'one'; a model may bring it in ops) 'toString'.",
    );
  });

  test('a wrong name gets the nearest one', () => {
    expect(() => traced(inPlace).at('rellu1')).toThrow(
      "No layer 'rellu1'. Did you mean 'relu1'? Known: one, relu1, two, data.",
    );
  });

  test('a blob that nothing makes is named with its reader', () => {
    const broken = { ...inPlace, layers: inPlace.layers.slice(2) };
    expect(() => traced(broken)).toThrow("No blob (read by layer 'two') 'one'.");
  });
});

/** `sum = x · gate`, `out = relu(w · sum)`; only `out` needs the second input. */
const sided: Model = {
  name: 'sided',
  input: { name: 'data', shape: [1, 2] },
  sides: [{ name: 'gate', shape: [1, 2] }],
  layers: [
    { name: 'half', type: 'relu', attrs: { slope: 0.5 }, inputs: ['data'], output: 'half', weights: {} },
    { name: 'both', type: 'add', attrs: {}, inputs: ['half', 'gate'], output: 'both', weights: {} },
    { name: 'drop', type: 'dropout', attrs: { ratio: 0.5 }, inputs: ['both'], output: 'both', weights: {} },
    {
      name: 'out',
      type: 'fc',
      attrs: { axis: 1 },
      inputs: ['both'],
      output: 'out',
      weights: { w: 'out.w', b: 'out.b' },
    },
  ],
  weights: new Map([
    ['out.w', { shape: [3, 2], dtype: 'f32', data: new Float32Array(6).fill(1) }],
    ['out.b', { shape: [3], dtype: 'f32', data: new Float32Array(3) }],
  ]),
  preprocessing: PLAIN,
};

describe('several inputs', () => {
  test('what does not need an input works without it; what does names it', () => {
    const tape = createTape();
    const at = trace(tape, sided, tape.leaf('data', f32(1, 2)), layers);
    expect(at('half').shape).toEqual([1, 2]);
    expect(() => at('out')).toThrow(
      "inputs: 'both' needs input 'gate' [1,2], which was not given; give it by name: { inputs: { \"gate\": … } }",
    );
    expect(() => at('gate')).toThrow("'gate' needs input 'gate' [1,2]");
  });

  test('an input given by name is a blob like the image', () => {
    const tape = createTape();
    const image = tape.leaf('data', f32(4, 2));
    const gate = tape.leaf('gate', f32(4, 2));
    const at = trace(tape, sided, image, layers, { inputs: { gate } });
    expect(at('out').shape).toEqual([4, 3]);
    expect(at('gate')).toBe(gate);
    expect(at.final('gate')).toBe(gate);
    expect(at.final('data')).toBe(image);
    expect(layerNames(sided)).toEqual(['half', 'both', 'drop', 'out', 'data', 'gate']);
  });

  test('an input that the model does not have, or of another rank, is refused', () => {
    const tape = createTape();
    const image = tape.leaf('data', f32(1, 2));
    const given = (name: string) => () => trace(tape, sided, image, layers, { inputs: { [name]: image } });
    expect(given('gates')).toThrow("No side input 'gates'. Did you mean 'gate'? Known: gate.");
    const inputs = { gate: tape.leaf('gate', f32(2)) };
    expect(() => trace(tape, sided, image, layers, { inputs })).toThrow(
      "input 'gate': it has 2 dimensions, as [1,2], got [2]",
    );
  });
});

describe('layers and weights replaced', () => {
  test('a value takes the place of a weight', () => {
    const tape = createTape();
    const [image, gate, w] = [f32(1, 2), f32(1, 2), f32(3, 2)].map((spec) => tape.leaf('leaf', spec));
    trace(tape, sided, image, layers, { inputs: { gate }, weights: new Map([['out.w', w]]) })('out');
    expect(tape.nodes[tape.nodes.length - 1].inputs.w).toBe(w);
    expect(tape.leaves.filter((l) => l.isConstant).map((l) => l.value.label)).toEqual(['out.b']);
  });

  test('weights are read when a plan needs them, and not before', () => {
    const weights = new Map(sided.weights);
    weights.set(
      'out.w',
      lazyWeights([3, 2], () => {
        throw new Error('read');
      }),
    );
    const tape = createTape();
    const [image, gate] = [f32(1, 2), f32(1, 2)].map((spec) => tape.leaf('leaf', spec));
    trace(tape, { ...sided, weights }, image, layers, { inputs: { gate } })('out');
    const [w] = tape.leaves.filter((l) => l.isConstant);
    expect(() => w.data).toThrow('read');
  });

  test('a weight that does not exist or does not fit is refused', () => {
    const tape = createTape();
    const image = tape.leaf('data', f32(1, 2));
    const withWeight = (key: string) => () => trace(tape, sided, image, layers, { weights: new Map([[key, image]]) });
    expect(withWeight('out.v')).toThrow("No weight 'out.v'. Did you mean 'out.w'?");
    expect(withWeight('out.w')).toThrow("weight 'out.w': must be [3,2], got [1,2]");
  });

  test('a layer is replaced where something is returned for it', () => {
    const tape = createTape();
    const [image, gate, mask] = ['data', 'gate', 'mask'].map((label) => tape.leaf(label, f32(1, 2)));
    const asked: string[] = [];
    const at = trace(tape, sided, image, layers, {
      inputs: { gate },
      replace(layer, { x }) {
        asked.push(layer.name);
        return layer.type === 'dropout' ? binary(tape, 'mul', x, mask) : undefined;
      },
    });
    at('out');
    expect(asked).toEqual(['half', 'both', 'drop', 'out']);
    expect(tape.nodes.map((n) => n.op.name)).toEqual(['relu', 'add', 'binary', 'fc']);
    expect(tape.nodes[3].inputs.x).toBe(at('drop'));
  });
});
