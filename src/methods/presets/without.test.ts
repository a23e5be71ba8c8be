import { describe, expect, test } from 'vitest';
import { importCaffe } from '../../importers/index.js';
import { isMade, type PartSpec } from '../../parts/part.js';
import { toSpecs } from '../../synthesize/study.js';
import { preferredStudy, presetNamed } from '../preferred.js';

const NET = `name: "small" input: "data" input_dim: 1 input_dim: 3 input_dim: 64 input_dim: 64
  layer { name: "conv" type: "Convolution" bottom: "data" top: "conv" convolution_param { num_output: 4 kernel_size: 3 } }
  layer { name: "fc" type: "InnerProduct" bottom: "conv" top: "fc" inner_product_param { num_output: 4 } }
  layer { name: "prob" type: "Softmax" bottom: "fc" top: "prob" }`;
const net = importCaffe(NET, undefined, {
  seededWeights: 1,
  preprocessing: { mean: [100, 110, 120], scale: 1, order: 'rgb', stated: true },
});
const specsOf = (preset: string, unit = 'fc:1') => toSpecs(preferredStudy(net, { unit, preset }));
const names = (parts: readonly unknown[] = []) => parts.map((part) => (part as PartSpec).name);

describe('a preset without a part', () => {
  test('has all others, with the same numbers', () => {
    const whole = specsOf('spectrum');
    for (const field of ['transforms', 'optim', 'regularize'] as const) {
      for (const { name } of whole[field] as readonly PartSpec[]) {
        const less = specsOf(`spectrum-without-${name}`);
        expect(names(less[field])).toEqual(names(whole[field]).filter((other) => other !== name));
        expect({ ...less, [field]: undefined }).toEqual({ ...whole, [field]: undefined });
      }
    }
    expect(isMade(whole.objective)).toBe(false);
  });

  test('has the other term of a sum as objective', () => {
    expect(specsOf('spectrum-without-logit').objective).toEqual({ name: 'logProbability', class: 1 });
    expect(specsOf('spectrum-without-logProbability').objective).toMatchObject({ name: 'scale' });
  });

  test('begins as its parameterization does, without the start', () => {
    expect((specsOf('spectrum').params as PartSpec).start).toBe('coarse');
    expect((specsOf('spectrum-without-start').params as PartSpec).start).toBeUndefined();
  });

  test('loses the part in all phases', () => {
    const phases = specsOf('mfv-without-tvDenoise').phases ?? [];
    expect(phases.length).toBeGreaterThan(1);
    for (const { regularize } of phases) expect(names(regularize)).not.toContain('tvDenoise');
  });

  test('is refused where the preset has no such part, and names of presets are checked', () => {
    expect(() => specsOf('spectrum-without-blur')).toThrow(/'spectrum' has no part 'blur' for this unit/);
    expect(() => specsOf('spectrum-without-logit', 'conv:1')).toThrow(/has no part 'logit'/);
    expect(() => presetNamed('nothing-without-ball')).toThrow(/nothing-without-ball/);
  });
});
