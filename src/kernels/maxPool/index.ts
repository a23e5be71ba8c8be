// Max pooling, its switches, and backward through them.
import type { Shape, Spec } from '../../core/shape.js';
import { kernel } from '../../gpu/kernel.js';
import { type Dispatch, defineOp, dispatch, type Gate, type Lowering, type Value } from '../../graph/tape.js';
import { paddingFor } from '../../graph/windows.js';
import { quotient } from '../libraries.js';
import { inferPool, type PoolAttrs, poolNeeds, poolSizes, poolUniforms } from '../pooling.js';
import forwardSource from './max_pool.wgsl?raw';
import backwardSource from './max_pool_dx.wgsl?raw';
import threeSource from './max_pool_three.wgsl?raw';

export type Attrs = PoolAttrs;

const forward = kernel({
  name: 'max_pool',
  wgsl: forwardSource,
  buffers: { x: 'read', y: 'write' },
  uniforms: poolUniforms,
  constants: ['INDEX'],
  workgroup: [16, 4, 1],
  longGrid: 'turns',
});
const backward = kernel({
  name: 'max_pool_dx',
  wgsl: backwardSource,
  uses: [quotient],
  buffers: { at: 'read', dy: 'read', addend: 'read', gate: 'read', dx: 'write' },
  uniforms: { ...poolUniforms, slope: 'f32' },
  constants: ['ADD', 'MASK', 'CLAMP'],
  workgroup: [8, 8, 1],
  longGrid: 'turns',
});
/** 3×3 windows of stride 1 or 2, the pools of nearly every net. */
const three = kernel({
  name: 'max_pool_three',
  wgsl: threeSource,
  buffers: { x: 'read', y: 'write' },
  uniforms: poolUniforms,
  constants: ['STRIDE', 'INDEX', 'LOOP'],
  workgroup: [8, 8, 1],
});
export const kernels = [forward, backward, three];

/** Maxima of x, or where they are. */
function launch(
  { inputs: { x }, output: y, attrs, device }: Lowering<'x', Attrs>,
  wanted: 'maximum' | 'index',
): Dispatch {
  const [N, C, height, width] = y.shape;
  const uniforms = poolSizes(N * C, x.shape, y.shape, attrs);
  const { R, S, sy, sx } = uniforms;
  const INDEX = wanted === 'index' ? 1 : 0;
  if (R === 3 && S === 3 && sy === sx && sy <= 2 && N * C <= device.maxWorkgroups) {
    // The loop runs about as fast as rows that are written out. What differs is compiling: it takes lavapipe a quarter of the
    // time, and SwiftShader, whose subgroups are the smallest, three times as long.
    const LOOP = device.software && device.subgroupSize > 4 ? 1 : 0;
    return dispatch(three, {
      buffers: { x, y },
      uniforms,
      constants: { STRIDE: sy, INDEX, LOOP },
      threads: [Math.ceil(width / 4), Math.ceil(height / 2), N * C],
    });
  }
  return dispatch(forward, { buffers: { x, y }, uniforms, constants: { INDEX }, threads: [width, height, N * C] });
}

/** The position of each window's maximum in its plane: the pooling switches, u32. */
export const switches = defineOp({
  name: 'max_pool_index',
  inputs: ['x'],
  infer: ({ x }: { x: Spec }, attrs: Attrs): Spec => ({ ...inferPool('maxPool', x, attrs), dtype: 'u32' }),
  lower: (lowering) => [launch(lowering, 'index')],
});

interface GradAttrs extends Attrs {
  readonly shape: Shape;
  /** Set by the fusion pass: inputs `addend` and `gate` are there. */
  readonly add?: true;
  readonly gate?: Gate;
}

/** `∂loss/∂x` given the switches: unpooling. */
const dx = defineOp({
  name: 'max_pool_dx',
  inputs: ['at', 'dy'],
  infer: (_, { shape }: GradAttrs): Spec => ({ shape, dtype: 'f32' }),
  lower: ({ inputs: { at, dy, ...more }, output, attrs }) => {
    const { addend = dy, gate = dy }: { addend?: Value; gate?: Value } = more;
    const [N, C, height, width] = output.shape;
    return [
      dispatch(backward, {
        buffers: { at, dy, addend, gate, dx: output },
        uniforms: { ...poolSizes(N * C, output.shape, dy.shape, attrs), slope: attrs.gate?.slope ?? 0 },
        constants: {
          ADD: attrs.add ? 1 : 0,
          MASK: attrs.gate?.mask ? 1 : 0,
          CLAMP: attrs.gate?.clamp ? 1 : 0,
        },
        threads: [Math.ceil(width / 4), Math.ceil(height / 2), N * C],
      }),
    ];
  },
  fuse: (attrs, epilogue): GradAttrs | undefined => {
    if (attrs.gate || epilogue.kind === 'relu') return undefined;
    if (epilogue.kind === 'gate') return { ...attrs, gate: epilogue.gate };
    return attrs.add ? undefined : { ...attrs, add: true };
  },
});

/** Maximum over windows of x `[N,C,H,W]`. */
export const op = defineOp({
  name: 'maxPool',
  inputs: ['x'],
  passesZeros: true,
  infer: ({ x }: { x: Spec }, attrs: Attrs) => inferPool('maxPool', x, attrs),
  lower: (lowering) => [launch(lowering, 'maximum')],
  window: {
    of: ['x'],
    possible: ({ global }) => !global,
    needs: poolNeeds,
    // The padding now says how far the last window reaches, and there is nothing left to round.
    attrs: (attrs, needed, given): Attrs => ({ ...attrs, pad: paddingFor(needed, given), rounding: 'floor' }),
  },
  vjp: (tape, { inputs: { x }, cotangent: dy, attrs }) => {
    const at = tape.apply(switches, { x }, attrs);
    return { x: tape.apply(dx, { at, dy }, { ...attrs, shape: x.shape }) };
  },
});
