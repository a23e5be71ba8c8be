// The published presets on real nets: each makes a unit its layer's maximum ('majority success' of the toolbox).
import { expect, test } from 'vitest';
import { createRecipe } from '../../src/methods/recipe.js';
import { createAscent } from '../../src/methods/yosinski2015.js';
import { testContext } from '../support/device.js';
import { loadGolden } from '../support/golden.js';
import { describeWithData, sharedData } from '../support/shared.js';

const data = sharedData() ?? '';

/** Steps until the unit leads its layer; fails after `most`. */
async function stepsToSuccess(
  net: string,
  caffemodel: string,
  unit: string,
  preset: number,
  most: number,
): Promise<number> {
  const { model } = loadGolden(data, net, 'deploy.prototxt', caffemodel);
  using ascent = await createAscent(await testContext(), model, createRecipe({ unit, preset }));
  while (ascent.steps < most) {
    ascent.run(5);
    await ascent.records();
    const [{ majority }] = await ascent.outcome();
    if (majority) return majority.step;
  }
  throw new Error(`${unit} is not its layer's maximum after ${most} steps of preset ${preset}`);
}

describeWithData('presets on real nets', () => {
  // Units that follow the preset soon: others need several times the steps.
  for (const [preset, unit] of [
    [1, 107],
    [2, 107],
    [3, 107],
    [4, 549],
  ]) {
    test(`preset ${preset} makes conv10:${unit} of SqueezeNet its layer's maximum`, async () => {
      const step = await stepsToSuccess('squeezenet_v1.1', 'squeezenet_v1.1.caffemodel', `conv10:${unit}`, preset, 60);
      expect(step).toBeGreaterThan(0);
    }, 400_000);
  }

  test("preset 3 makes loss3/classifier:549 of GoogLeNet its layer's maximum", async () => {
    const step = await stepsToSuccess('googlenet', 'bvlc_googlenet.caffemodel', 'loss3/classifier:549', 3, 20);
    expect(step).toBeGreaterThan(0);
  }, 400_000);
});
