// Average pooling with Caffe's and ONNX's divisors, and its gradient.
import type { Shape, Spec } from '../../core/shape.js';
import { kernel } from '../../gpu/kernel.js';
import { rowKernel, rowWays } from '../../gpu/rows.js';
import { defineOp, dispatch } from '../../graph/tape.js';
import { quotient } from '../libraries.js';
import { inferPool, type PoolAttrs, poolNeeds, poolSizes, poolUniforms } from '../pooling.js';
import { dispatchRows, rowsAlong } from '../rows.js';
import forwardSource from './avg_pool.wgsl?raw';
import backwardSource from './avg_pool_dx.wgsl?raw';
import mapSource from './avg_pool_map.wgsl?raw';

export interface Attrs extends PoolAttrs {
  /** `padded`: padding counts, but not what overhangs it (Caffe; ONNX count_include_pad=1). `valid`: only pixels count. */
  readonly divisor: 'padded' | 'valid';
}

const forward = kernel({
  name: 'avg_pool',
  wgsl: forwardSource,
  buffers: { x: 'read', y: 'write' },
  uniforms: poolUniforms,
  constants: ['PADDED'],
  workgroup: [8, 8, 1],
  longGrid: 'turns',
});
const backward = kernel({
  name: 'avg_pool_dx',
  wgsl: backwardSource,
  uses: [quotient],
  buffers: { dy: 'read', dx: 'write' },
  uniforms: poolUniforms,
  constants: ['PADDED'],
  workgroup: [8, 8, 1],
  longGrid: 'turns',
});
/** One window over the whole map. */
const map = rowKernel({
  name: 'avg_pool_map',
  wgsl: mapSource,
  buffers: { x: 'read', y: 'write' },
  uniforms: { planes: 'u32', size: 'u32' },
});
export const kernels = [forward, backward, map];

/** One window covers the whole map. */
const isWhole = ({ shape: [, , H, W] }: Spec, { global, kernel: size, pad }: Attrs): boolean =>
  global || (size[0] === H && size[1] === W && pad.every((p) => p === 0));

const flags = ({ divisor }: Attrs) => ({ PADDED: divisor === 'padded' ? 1 : 0 });

/** `∂loss/∂x` of an average pooling. */
const dx = defineOp({
  name: 'avg_pool_dx',
  inputs: ['dy'],
  infer: (_, { shape }: Attrs & { readonly shape: Shape }): Spec => ({ shape, dtype: 'f32' }),
  lower: ({ inputs: { dy }, output, attrs }) => {
    const [N, C, height, width] = output.shape;
    return [
      dispatch(backward, {
        buffers: { dy, dx: output },
        uniforms: poolSizes(N * C, output.shape, dy.shape, attrs),
        constants: flags(attrs),
        threads: [Math.ceil(width / 4), height, N * C],
      }),
    ];
  },
});

/** Mean over windows of x `[N,C,H,W]`. */
export const op = defineOp({
  name: 'avgPool',
  inputs: ['x'],
  passesZeros: true,
  infer: ({ x }: { x: Spec }, attrs: Attrs) => inferPool('avgPool', x, attrs),
  variants: ({ inputs: { x }, attrs, device }) => (isWhole(x, attrs) ? rowWays(rowsAlong(x.shape, 2), device) : []),
  lower: ({ inputs: { x }, output: y, attrs, device, variant }) => {
    if (isWhole(x, attrs)) {
      const rows = rowsAlong(x.shape, 2);
      return [
        dispatchRows(map, rows, variant, device, {
          buffers: { x, y },
          uniforms: { planes: rows.outer, size: rows.L },
        }),
      ];
    }
    const [N, C, height, width] = y.shape;
    return [
      dispatch(forward, {
        buffers: { x, y },
        uniforms: poolSizes(N * C, x.shape, y.shape, attrs),
        constants: flags(attrs),
        threads: [Math.ceil(width / 4), height, N * C],
      }),
    ];
  },
  window: {
    of: ['x'],
    // The divisor is known only at the borders of the whole map.
    possible: () => false,
    needs: (attrs: Attrs, region, inputs) => poolNeeds(attrs, region, inputs),
  },
  vjp: (tape, { inputs: { x }, cotangent: dy, attrs }) => ({
    x: tape.apply(dx, { dy }, { ...attrs, shape: x.shape }),
  }),
});
