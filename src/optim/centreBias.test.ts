// Only the middle of an image follows its gradient.
import { describe, expect, test } from 'vitest';
import { testContext } from '../../test/support/device.js';
import { type Model, PLAIN } from '../graph/model.js';
import { binary } from '../kernels/binary/index.js';
import { op as reduce } from '../kernels/reduction/index.js';
import { definePart } from '../parts/part.js';
import { createRun } from '../synthesize/run.js';
import { createStudy, type StudyOptions } from '../synthesize/study.js';
import { centreBias, sgd, unitLength } from './index.js';

const [C, H, W] = [3, 9, 7];
const model: Model = {
  name: 'nothing',
  input: { name: 'data', shape: [1, C, H, W] },
  layers: [{ name: 'same', type: 'relu', attrs: { slope: 0 }, inputs: ['data'], output: 'same', weights: {} }],
  weights: new Map(),
  preprocessing: PLAIN,
};

const light = definePart({
  kind: 'objective',
  name: 'light',
  text: 'The sum of squares of the image.',
  fields: {},
  make: () => ({
    label: 'light',
    layers: [],
    build: ({ tape, image }) =>
      tape.apply(reduce, { x: binary(tape, 'mul', image, image) }, { kind: 'sum', axes: [1, 2, 3], keep: false }),
  }),
});

const optim = [centreBias.make({ margin: 2 }), unitLength.make({}), sgd.make({ lr: 5 })];
const runOf = async (options: Partial<StudyOptions> = {}) =>
  createRun(await testContext(), model, {
    recipe: createStudy({ objective: light.make({}), regularize: [], optim, seeds: [3, 8], steps: 100, ...options }),
    compose: (study) => study,
  });

const depth = (i: number): number => {
  const [y, x] = [Math.floor(i / W) % H, i % W];
  return Math.min(y, H - 1 - y, x, W - 1 - x);
};
const changed = (a: Float32Array, b: Float32Array): number[] => [...a.keys()].filter((i) => a[i] !== b[i]);
const within = (margin: number) => Array.from({ length: 2 * C * H * W }, (_, i) => i).filter((i) => depth(i) >= margin);

describe('centreBias', () => {
  test('leaves the frame as it is, to the bit, and follows a slider', async () => {
    using run = await runOf();
    const start = await run.read();
    run.run(3);
    const then = await run.read();
    expect(changed(start, then)).toEqual(within(2));
    run.adjust({ optim: [{ name: 'centreBias', margin: 1 }, { name: 'unitLength' }, { name: 'sgd', lr: 5 }] });
    run.run(3);
    expect(changed(then, await run.read())).toEqual(within(1));
  });

  test('the rule after it measures what is left', async () => {
    using run = await runOf();
    const start = await run.read();
    run.run(1);
    const moved = (await run.read()).subarray(0, C * H * W).map((v, i) => v - start[i]);
    // The length that sgd gives a gradient of unit length.
    expect(Math.hypot(...moved)).toBeCloseTo(5, 3);
  });

  test('an image that is made of other variables has no pixels to hold', async () => {
    const spread = definePart({
      kind: 'parameterization',
      name: 'spread',
      text: 'One colour.',
      fields: {},
      make: () => ({
        label: 'spread',
        editable: false,
        variables: ([N]) => [{ label: 'colour', shape: [N, C, 1, 1] }],
        start: () => [new Float32Array(C)],
        image: ({ tape, batch }, [colour]) =>
          binary(tape, 'add', tape.constant('black', [batch, C, H, W], new Float32Array(batch * C * H * W)), colour),
      }),
    });
    await expect(runOf({ params: spread.make({}) })).rejects.toThrow(
      "optim: 'centreBias' is for images whose pixels are the variables; take pixels",
    );
  });
});
