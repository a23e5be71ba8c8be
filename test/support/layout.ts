// Converts arrays from the layout of a model's file.
import type { Model } from '../../src/graph/model.js';
import type { HostTensor } from '../../src/scene/input.js';

/** An array in the file's layout, converted to the model's: `[N, H, W, C]` is transposed if the file has channels last. */
export function channelsFirst({ input }: Model, { shape, data }: HostTensor): HostTensor {
  if (input.layout !== 'nhwc') return { shape, data };
  const [H, W, C] = shape.slice(-3);
  const pixels = H * W;
  const N = data.length / (pixels * C);
  const turned = new Float32Array(data.length);
  for (let n = 0; n < N; n++)
    for (let i = 0; i < pixels; i++)
      for (let c = 0; c < C; c++) turned[(n * C + c) * pixels + i] = data[(n * pixels + i) * C + c];
  return { shape: [N, C, H, W], data: turned };
}
