// The smooth fit of a spectrum: it finds a spectrum that it can say, and tells how far off it is otherwise.
import { expect, test } from 'vitest';
import { expectClose } from '../../test/support/close.js';
import { createRng } from './rng.js';
import { fitSpectrum, spectrumOf, TERMS } from './spectrumFit.js';

const rng = createRng(4);
/** Like photographs: a power of the frequency that bends, more along the axes. */
const coefficients = Float64Array.from({ length: 3 * TERMS }, (_, i) => (i % TERMS === 2 ? -2.5 : 0.1 * rng.normal()));

test.each([[[16, 16]], [[15, 22]]] as const)('finds again what a spectrum of %o was made of', (size) => {
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
