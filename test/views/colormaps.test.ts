// Colormaps against published entries.
import { expect, test } from 'vitest';
import { COLORMAPS, type Colormap, colormapTable } from '../../src/views/index.js';

/** Entries of Matplotlib 3.6, from 0 to 1: at 0, 64, 127, 200 and 255 of 255. */
const PUBLISHED: Readonly<Record<Colormap, readonly (readonly number[])[]>> = {
  gray: [
    [0.0, 0.0, 0.0],
    [0.251, 0.251, 0.251],
    [0.498, 0.498, 0.498],
    [0.7843, 0.7843, 0.7843],
    [1.0, 1.0, 1.0],
  ],
  viridis: [
    [0.267, 0.0049, 0.3294],
    [0.2297, 0.3224, 0.5457],
    [0.1287, 0.5633, 0.5512],
    [0.4401, 0.8111, 0.341],
    [0.9932, 0.9062, 0.1439],
  ],
  magma: [
    [0.0015, 0.0005, 0.0139],
    [0.3167, 0.0717, 0.4854],
    [0.71, 0.2128, 0.4772],
    [0.9928, 0.5949, 0.4103],
    [0.9871, 0.9914, 0.7495],
  ],
  inferno: [
    [0.0015, 0.0005, 0.0139],
    [0.3415, 0.0623, 0.4294],
    [0.7299, 0.2128, 0.3339],
    [0.986, 0.6158, 0.0256],
    [0.9884, 0.9984, 0.6449],
  ],
  plasma: [
    [0.0504, 0.0298, 0.528],
    [0.4949, 0.012, 0.6579],
    [0.7945, 0.2758, 0.4731],
    [0.9842, 0.6297, 0.2246],
    [0.94, 0.9752, 0.1313],
  ],
  turbo: [
    [0.19, 0.0718, 0.2322],
    [0.1584, 0.7355, 0.9231],
    [0.6332, 0.9919, 0.2394],
    [0.958, 0.3996, 0.0883],
    [0.4796, 0.0158, 0.0106],
  ],
  jet: [
    [0.0, 0.0, 0.5],
    [0.0, 0.5039, 1.0],
    [0.4775, 1.0, 0.4902],
    [1.0, 0.4655, 0.0],
    [0.5, 0.0, 0.0],
  ],
};

for (const name of COLORMAPS) {
  test(`${name} is the published one`, () => {
    const table = colormapTable(name);
    expect(table.length).toBe(256 * 4);
    for (const [k, i] of [0, 64, 127, 200, 255].entries()) {
      PUBLISHED[name][k].forEach((v, c) => {
        // Every fifth entry is kept; what lies between is interpolated.
        expect(Math.abs(table[i * 4 + c] - v * 255)).toBeLessThanOrEqual(1.5);
      });
      expect(table[i * 4 + 3]).toBe(255);
    }
  });
}

test('an unknown colormap is refused by name', () => {
  // @ts-expect-error: what a caller without types may do.
  expect(() => colormapTable('virdis')).toThrow("No colormap 'virdis'. Did you mean 'viridis'?");
});
