// Autodiff as a pure function on tapes: no device is opened here.
import { describe, expect, test } from 'vitest';
import { grad } from '../../src/autodiff/grad.js';
import { f32 } from '../../src/core/shape.js';
import { createTape } from '../../src/graph/tape.js';
import { op as add } from '../../src/kernels/add/index.js';
import { argMaxRows } from '../../src/kernels/argMax/rows.js';
import { op as relu } from '../../src/kernels/relu/index.js';
import { op as scale } from '../../src/kernels/scale/index.js';

const names = (tape: ReturnType<typeof createTape>) => tape.nodes.map((n) => n.op.name);

describe('grad', () => {
  test('a value used twice gets the sum of its cotangents', () => {
    const tape = createTape();
    const x = tape.leaf('x', f32(2));
    const seed = tape.leaf('seed', f32(2));
    const y = tape.apply(add, { a: x, b: tape.apply(scale, { x }, { factor: 3, shift: 0 }) }, {});
    const [dx] = grad(tape, y, [x], { seed });
    expect(names(tape)).toEqual(['scale', 'add', 'scale', 'add']);
    expect(dx).toBe(tape.nodes[3].output);
  });

  test('only nodes between wrt and loss are visited; wrt may be made of others', () => {
    const tape = createTape();
    const seed = tape.leaf('seed', f32(2));
    const before = tape.apply(scale, { x: tape.leaf('x', f32(2)) }, { factor: 2, shift: 0 });
    const y = tape.apply(relu, { x: before }, { slope: 0 });
    tape.apply(relu, { x: y }, { slope: 1 });
    grad(tape, y, [before], { seed });
    expect(names(tape)).toEqual(['scale', 'relu', 'relu', 'gate']);
  });

  test('no path, no gradient, and a seed of another shape are errors by name', () => {
    const tape = createTape();
    const x = tape.leaf('x', f32(2));
    const other = tape.leaf('other', f32(2));
    const seed = tape.leaf('seed', f32(2));
    const y = tape.apply(relu, { x }, { slope: 0 });
    expect(() => grad(tape, y, [other], { seed })).toThrow("grad: 'other' does not influence the loss");
    expect(() => grad(tape, y, [x], { seed: tape.leaf('s', f32(3)) })).toThrow('grad: seed is [3], loss is [2]');
    const at = tape.apply(argMaxRows, { x: y }, {});
    expect(() => grad(tape, at, [x], { seed })).toThrow("grad: op 'arg_max_rows' has no gradient");
  });
});
