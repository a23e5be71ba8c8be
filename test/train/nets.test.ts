// The embedded nets: their files are those of the index, and they do as well on held-out images as their cards say.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readSafetensors } from '../../src/importers/index.js';
import { embeddedModels } from '../../src/node/models.js';
import { figuresOf } from '../../train/card.js';
import { MEASURED_AGAIN, recipes } from '../../train/recipes.js';
import { testContext } from '../support/device.js';

const models = resolve(import.meta.dirname, '../../models');
const stored = await embeddedModels();

test('the nets are those of the recipes, and together they stay below 16 MB', () => {
  const names = stored.map((e) => e.name);
  expect([...names].sort()).toEqual(Object.keys(recipes).sort());
  expect(stored.reduce((sum, e) => sum + e.bytes, 0)).toBeLessThan(16e6);
});

describe.each(stored)('$name', ({ name, file, bytes, sha256 }) => {
  const data = readFileSync(join(models, file));

  test('is the file of the index', () => {
    expect(data.length).toBe(bytes);
    expect(createHash('sha256').update(data).digest('hex')).toBe(sha256);
  });

  // With CONVSCOPE_LONG=1 on all held-out images, else on the first.
  test('does what its card says', async () => {
    const isLong = process.env.CONVSCOPE_LONG === '1';
    const claimed = figuresOf(readFileSync(join(models, `${name}.md`), 'utf8'), isLong ? 'figures' : 'first');
    expect(Object.keys(claimed).length).toBeGreaterThan(0);
    const place = { ctx: await testContext(), models };
    const measured = await recipes[name].figures(readSafetensors(data), place, isLong ? undefined : MEASURED_AGAIN);
    // Adapters sum in different orders: a few of 2,000 images, and one of the first, lie on the border between two answers.
    const tolerance = isLong ? 2e-3 : 1.5 / MEASURED_AGAIN;
    for (const [figure, want] of Object.entries(claimed)) {
      expect(Math.abs(measured[figure] - want), `${figure}: ${measured[figure]}, the card says ${want}`).toBeLessThan(
        tolerance,
      );
    }
    // Thousands of images on a CPU: minutes where another test file runs beside it.
  }, 300_000);
});
