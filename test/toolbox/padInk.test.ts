import { expect, test } from 'vitest';
import { inkFor } from '../../examples/toolbox/padInk.js';
import { PLAIN, type Preprocessing } from '../../src/graph/model.js';

const net = (input: readonly number[], preprocessing: Partial<Preprocessing> = {}) => ({
  input,
  preprocessing: { ...PLAIN, mean: [0], order: 'gray', ...preprocessing } as Preprocessing,
});
const whole = { shape: [1, 28, 28], data: new Float32Array(784).fill(33.3) };

test.each([
  ['no net', undefined, 'black'],
  ['three channels of 28×28', net([3, 28, 28]), 'black'],
  ['one channel of 28×28', net([1, 28, 28]), 'white'],
  ['one channel of 28×28, scaled to 0…1', net([1, 28, 28], { scale: 1 / 255 }), 'white'],
  ['one channel of 28×28, scaled to −1…1', net([1, 28, 28], { mean: [127.5], scale: 1 / 127.5 }), 'white'],
  ['one channel of 28×28 that is turned over', net([1, 28, 28], { mean: [255], scale: -1 / 255 }), 'black'],
  ['one channel of 28×28 with a light mean', net([1, 28, 28], { mean: [220] }), 'black'],
  ['one channel of 224×224', net([1, 224, 224]), 'black'],
  ['one channel of 64×64 with MNIST’s mean', net([1, 64, 64], { mean: [33.3] }), 'white'],
  ['one channel of 64×64 with MNIST’s mean image', net([1, 64, 64], { mean: whole }), 'white'],
] as const)('a net of %s', (_title, model, ink) => {
  expect(inkFor('auto', model).ink).toBe(ink);
});

test('what a person chose holds for any net', () => {
  expect(inkFor('black', net([1, 28, 28]))).toEqual({ ink: 'black', name: 'drawing, black on white' });
  expect(inkFor('white', undefined)).toEqual({ ink: 'white', name: 'drawing, white on black' });
});
