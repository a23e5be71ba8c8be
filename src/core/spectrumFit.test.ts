// The smooth fit of a spectrum: it finds a spectrum that it can say, and tells how far off it is otherwise.
import { expect, test } from 'vitest';
import { expectClose } from '../../test/support/close.js';
import { createRng } from './rng.js';
import { fitSpectrum, spectrumOf, TERMS } from './spectrumFit.js';

const rng = createRng(4);
/** Like photographs: 1/f that bends, more along the axes. */
const PHOTOGRAPHS = [2, 3, -1.1, 0.05, -0.03, 0.002, 0.1, 0.02, 0, 0.05, 0, 0.01, 0.4, -0.1, 0.3, -0.05];
const coefficients = Float64Array.from(
  [PHOTOGRAPHS, PHOTOGRAPHS, PHOTOGRAPHS].flat(),
  (c) => c * (1 + 0.1 * rng.normal()),
);

test.each([[[16, 16]], [[15, 22]]] as const)('finds again what a spectrum of %o was made of', (size) => {
  expect(coefficients.length).toBe(3 * TERMS);
  const magnitude = spectrumOf(coefficients, size);
  const fit = fitSpectrum(magnitude, size);
  for (const error of fit.error) expect(error).toBeLessThan(1e-5);
  expectClose('magnitude', spectrumOf(fit.coefficients, size), magnitude, [magnitude.length], { atol: 0, rtol: 1e-4 });
});

test('tells its error', () => {
  const size = [16, 16] as const;
  const rough = spectrumOf(coefficients, size).map((m) => m * Math.exp(0.1 * rng.normal()));
  for (const error of fitSpectrum(rough, size).error) {
    expect(error).toBeGreaterThan(0.08);
    expect(error).toBeLessThan(0.12);
  }
});

test('a spectrum with zeros has no logarithm', () => {
  expect(() => fitSpectrum(new Float32Array(3 * 16 * 9), [16, 16])).toThrow('magnitude: must be above 0 at every');
});
