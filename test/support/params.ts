// Holds a parameterization to its float64 reference: the whole way from variables to images, and its gradients.
import { f32, sizeOf } from '../../src/core/shape.js';
import { type Model, PLAIN } from '../../src/graph/model.js';
import { compile } from '../../src/graph/plan.js';
import { createTape, defineMacro } from '../../src/graph/tape.js';
import type { RefTensor } from '../../src/kernels/reference.js';
import { toNetRef } from '../../src/params/params.ref.js';
import type { Made } from '../../src/parts/part.js';
import { type ImageSpace, type StatisticsByName, spaceOf } from '../../src/scene/space.js';
import { createStage } from '../../src/synthesize/stage.js';
import { expectClose, type Tolerance } from './close.js';
import { testContext } from './device.js';
import { checkOp, distinct } from './op.js';

/** A net that takes images of this shape and does nothing: blue first, and a mean that is not the same everywhere. */
export function blankNet([C, H, W]: readonly [number, number, number]): Model {
  const mean = { shape: [C, H, W], data: distinct(C * H * W, 11).map((v) => 110 + 20 * v) };
  return {
    name: 'blank',
    input: { name: 'x', shape: [1, C, H, W] },
    layers: [],
    weights: new Map(),
    preprocessing: { ...PLAIN, order: C === 1 ? 'gray' : 'bgr', mean, stated: true },
  };
}

export interface ParamsCase {
  /** `[N, C, H, W]` */
  readonly shape: readonly [N: number, C: number, H: number, W: number];
  /** Red, green and blue from 0 to 1 `[N, C, H, W]`, or gray, of the variables by their labels. */
  rgb(variables: Record<string, RefTensor>, space: ImageSpace): RefTensor;
  readonly statistics?: StatisticsByName;
  /** Maps distinct values in (−1, 1) to the range of a variable. */
  readonly values?: Readonly<Record<string, (v: number) => number>>;
  readonly tolerance?: Tolerance;
  /** Variables whose gradient is checked. Default: all. */
  readonly wrt?: readonly string[];
}

/** f32 of numbers up to 255, and of gradients as large. */
const TOLERANCE = { atol: 1e-3, rtol: 1e-4 };

export async function checkParams(params: Made<'parameterization'>, c: ParamsCase): Promise<void> {
  const [N, ...image] = c.shape;
  const model = blankNet(image);
  const space = spaceOf(model, undefined, c.statistics && { statistics: c.statistics });
  const variables = params.variables(c.shape, space);
  const made = defineMacro({
    name: params.spec.name,
    inputs: variables.map(({ label }) => label),
    expand(tape, inputs, _: object) {
      const stage = createStage(tape, model, N, undefined, c.statistics ? { statistics: c.statistics } : {});
      return params.image(
        stage,
        variables.map(({ label }) => inputs[label]),
        stage.mean,
      );
    },
  });
  await checkOp(made, (inputs) => toNetRef(c.rgb(inputs, space), space), {
    inputs: Object.fromEntries(variables.map(({ label, shape }) => [label, shape])),
    attrs: {},
    tolerance: c.tolerance ?? TOLERANCE,
    ...(c.values && { values: c.values }),
    ...(c.wrt && { wrt: c.wrt }),
  });
}

/** The image `[C, H, W]` of one image's variables, with the mean: what people see. */
async function pictureOf(
  params: Made<'parameterization'>,
  space: ImageSpace,
  data: readonly Float32Array[],
): Promise<Float32Array> {
  const tape = createTape();
  const stage = createStage(tape, blankNet(space.shape), 1, undefined, {});
  const variables = params
    .variables([1, ...space.shape], space)
    .map(({ label, shape }) => tape.leaf(label, f32(...shape)));
  const image = params.image(stage, variables, stage.mean);
  using plan = await compile(await testContext(), tape, { keep: [image] });
  for (const [i, variable] of variables.entries()) plan.write(variable, data[i]);
  plan.run();
  return (await plan.read(image)).map((v, i) => v + space.mean[i]);
}

/** Holds `startFrom` to a picture: the variables that it gives make that picture again. */
export async function checkStartFrom(
  params: Made<'parameterization'>,
  shape: readonly [C: number, H: number, W: number],
  tolerance: Tolerance,
): Promise<void> {
  const space = spaceOf(blankNet(shape));
  // Away from black and white, which a sigmoid does not reach.
  const picture = distinct(space.mean.length, 5).map((v) => 127 + 110 * v);
  const image = picture.map((v, i) => v - space.mean[i]);
  const got = await pictureOf(params, space, params.startFrom?.(space, image) ?? []);
  expectClose(params.spec.name, got, picture, shape, tolerance);
}

/** Holds `resize` of spectra to a plane of twice the size: every other pixel of it is the image before. */
export async function checkDoubled(
  params: Made<'parameterization'>,
  [C, H, W]: readonly [C: number, H: number, W: number],
): Promise<void> {
  const [from, to] = [spaceOf(blankNet([C, H, W])), spaceOf(blankNet([C, 2 * H, 2 * W]))];
  const start = params.variables([1, C, H, W], from).map(({ shape }, i) => distinct(sizeOf(shape), 21 + i));
  const [small, large] = [
    await pictureOf(params, from, start),
    await pictureOf(params, to, params.resize?.(start, from, to) ?? []),
  ];
  const every = small.map((_, i) => {
    const [line, column] = [Math.floor(i / W), i % W];
    return large[(Math.floor(line / H) * 2 * H + 2 * (line % H)) * 2 * W + 2 * column];
  });
  // f32 of numbers up to 255.
  expectClose(params.spec.name, every, small, [C, H, W], { atol: 2e-3, rtol: 0 });
}
