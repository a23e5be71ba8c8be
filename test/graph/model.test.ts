// Tracing a model: lazily, by layer and by blob, with the nearest name where one is wrong.
import { describe, expect, test } from 'vitest';
import { f32 } from '../../src/core/shape.js';
import { type Model, PLAIN, trace } from '../../src/graph/model.js';
import { createTape } from '../../src/graph/tape.js';
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
