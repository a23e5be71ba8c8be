// Single layers, forward and backward to the input, on Dawn: milliseconds and GFLOP/s beside the adapter's name.

import { grad } from '../src/autodiff/grad.js';
import { f32, sizeOf } from '../src/core/shape.js';
import { compile } from '../src/graph/plan.js';
import { createTape } from '../src/graph/tape.js';
import { op as conv2d } from '../src/kernels/conv2d/index.js';
import { openNodeContext } from '../src/node/context.js';

const CONVS: [name: string, x: number[], w: number[], stride: number, pad: number, group: number][] = [
  ['AlexNet conv1', [1, 3, 227, 227], [96, 3, 11, 11], 4, 0, 1],
  ['AlexNet conv2', [1, 96, 27, 27], [256, 48, 5, 5], 1, 2, 2],
  ['AlexNet conv3', [1, 256, 13, 13], [384, 256, 3, 3], 1, 1, 1],
  ['fire expand 1x1', [1, 16, 55, 55], [64, 16, 1, 1], 1, 0, 1],
  ['fire expand 3x3', [1, 16, 55, 55], [64, 16, 3, 3], 1, 1, 1],
  ['VGG conv3_1', [1, 128, 56, 56], [256, 128, 3, 3], 1, 1, 1],
  ['GoogLeNet 4a 3x3', [1, 96, 14, 14], [208, 96, 3, 3], 1, 1, 1],
];

export async function main(args: string[]): Promise<void> {
  using ctx = await openNodeContext(args[0] ? { adapter: args[0] } : {});
  console.log(ctx.adapterName, ctx.traits.subgroupSize);
  for (const [name, x, w, stride, pad, group] of CONVS) {
    if (args[1] && !name.includes(args[1])) continue;
    const tape = createTape();
    const xv = tape.leaf('x', f32(...x));
    const rand = (n: number) => Float32Array.from({ length: n }, (_, i) => Math.sin(i * 0.7) * 0.1);
    const wv = tape.constant('w', w, rand(sizeOf(w)));
    const b = tape.constant('b', [w[0]], rand(w[0]));
    const attrs = { stride: [stride, stride], pad: [pad, pad, pad, pad], dilation: [1, 1], group } as const;
    const y = tape.apply(conv2d, { x: xv, w: wv, b }, attrs);
    const seed = tape.leaf('seed', y);
    const flops = (2 * sizeOf(y.shape) * sizeOf(w)) / w[0];
    const time = async (keep: typeof y): Promise<string> => {
      using plan = await compile(ctx, tape, { keep: [keep] });
      plan.run();
      await plan.finished();
      const times: number[] = [];
      for (let i = 0; i < 9; i++) {
        const start = performance.now();
        plan.run();
        await plan.finished();
        times.push(performance.now() - start);
      }
      const ms = times.sort((p, q) => p - q)[4];
      return `${ms.toFixed(2)} ms ${(flops / ms / 1e6).toFixed(1)} GF/s`;
    };
    const [dx] = grad(tape, y, [xv], { seed });
    console.log(name.padEnd(18), (await time(y)).padEnd(24), await time(dx));
  }
}
