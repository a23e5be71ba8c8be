// The embedded nets: their files are those of the index, and they do as well on held-out images as their cards say.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readSafetensors } from '../../src/importers/index.js';
import { embeddedModels } from '../../src/node/models.js';
import { figuresOf } from '../../train/card.js';
import { recipes } from '../../train/recipes.js';
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

  test('does what its card says', async () => {
    const claimed = figuresOf(readFileSync(join(models, `${name}.md`), 'utf8'));
    expect(Object.keys(claimed).length).toBeGreaterThan(0);
    const measured = await recipes[name].figures(readSafetensors(data), { ctx: await testContext(), models });
    // Adapters sum in different orders: a few of 2,000 images lie on the border between two answers.
    for (const [figure, want] of Object.entries(claimed)) {
      expect(Math.abs(measured[figure] - want), `${figure}: ${measured[figure]}, the card says ${want}`).toBeLessThan(
        2e-3,
      );
    }
    // Thousands of images on a CPU: a minute and a half where another test file runs beside it.
  }, 300_000);
});
