// The product that a fast convolution is: packed weights times an image with its border, and what is done to the sums.
import { type Shape, type Spec, sizeOf } from '../../core/shape.js';
import { defineOp, type Gate, type Lowering, type Op, type Value } from '../../graph/tape.js';
import type { Pair } from '../dims.js';
import { ROWS } from './pack.js';
import { namesFor, variantNamed } from './variants/index.js';
import { type Call, type Layer, PIXELS } from './variants/variant.js';

/** Bits of `flags`, as conv2d_finish.wgsl has them. */
const FINISH = { bias: 1, add: 2, relu: 4, clamp: 8, mask: 16 } as const;

interface ProductAttrs {
  /** The element of x's first image that is read first, and how many channels per group. */
  readonly origin: number;
  readonly Cx: number;
  /** Output map before shuffling. */
  readonly P: number;
  readonly Q: number;
  readonly Mg: number;
  readonly stride: Pair;
  readonly dilation: Pair;
  readonly relu?: number;
  /** Set by the fusion pass: inputs `addend` and `gate` are there, and what they do on the way out. */
  readonly add?: true;
  readonly gate?: Gate;
  /** A gradient to the image, which has no bias: the input in its place is not read. */
  readonly unbiased?: true;
  /** The weights do not change. */
  readonly frozen: boolean;
  /**
   * Set for backward with a stride: the image's gradient, its phases, how far the first block lies outside, and whether phases
   * that would begin there begin a block later.
   */
  readonly shuffle?: { readonly shape: Shape; readonly phases: Pair; readonly offset: Pair; readonly late: boolean };
}

/** What decides between the variants. */
function layerOf(w: Spec, { Mg, Cx, stride, dilation, frozen, shuffle }: ProductAttrs): Layer {
  const [, , , T, U] = w.shape;
  const dense = [...stride, ...dilation].every((step) => step === 1);
  return { Mg, Cx, taps: [T, U], dense, frozen, shuffle };
}

/** Sizes and buffers, as every variant takes them. */
function callOf({ inputs, output, attrs, device, place, scratch }: Lowering<'x' | 'w' | 'b', ProductAttrs>): Call {
  const { x, w, b, ...more } = inputs;
  const { addend = x, gate = x }: { addend?: Value; gate?: Value } = more;
  const y = place?.into ?? output;
  const [N, I, height, width] = x.shape;
  const [groups, blocks, Ig, T, U, row] = w.shape;
  const { origin, Cx, P, Q, Mg, stride, dilation, relu, shuffle } = attrs;
  const [, C, H, W] = output.shape;
  const [zy, zx] = shuffle?.phases ?? [1, 1];
  const [oy, ox] = shuffle?.offset ?? [0, 0];
  const late = shuffle?.late ? 1 : 0;
  const [sy, sx] = stride;
  const [dy, dx] = dilation;
  const flags =
    (attrs.unbiased ? 0 : FINISH.bias) |
    (attrs.add ? FINISH.add : 0) |
    (relu === undefined ? 0 : FINISH.relu) |
    (attrs.gate?.clamp ? FINISH.clamp : 0) |
    (attrs.gate?.mask ? FINISH.mask : 0);
  const slope = relu ?? attrs.gate?.slope ?? 0;
  const pixels = N * P * Q;
  const quads = N * P * Math.ceil(Q / PIXELS);
  const into = { M: y.shape[1], m0: place?.start ?? 0 };
  // One workgroup makes a whole sum, unless a variant shares it out.
  const whole = { slots: 1, share: Ig * T * U, total: sizeOf(output.shape) };
  return {
    layer: layerOf(w, attrs),
    device,
    buffers: { x, w, b, addend, gate, y },
    uniforms: {
      ...{ pixels, quads, P, Q, I, origin, Ig, Cx, plane: height * width, width, T, U, sy, sx, dy, dx },
      ...{ groups, ...into, Mg, blocks, H, W, Cg: C / groups, zy, zx, oy, ox, late, ...whole, flags, slope },
    },
    constants: { SHUFFLE: shuffle ? 1 : 0, HALF: row < ROWS ? 1 : 0 },
    output,
    biased: !attrs.unbiased,
    scratch,
  };
}

export const product: Op<'x' | 'w' | 'b', ProductAttrs> = defineOp({
  name: 'conv2d_product',
  inputs: ['x', 'w', 'b'],
  infer: ({ x, w }: { x: Spec; w: Spec; b: Spec }, { P, Q, Mg, shuffle }: ProductAttrs): Spec => ({
    shape: shuffle ? shuffle.shape : [x.shape[0], w.shape[0] * Mg, P, Q],
    dtype: 'f32',
  }),
  placeable: ({ add, gate }) => !add && !gate,
  variants: ({ inputs: { w }, attrs, device }) => namesFor(layerOf(w, attrs), device),
  lower: (lowering) => {
    const call = callOf(lowering);
    return variantNamed(lowering.variant, call.layer, call.device).launch(call);
  },
  // In the order of the kernel: sum, then ReLU or gate.
  fuse: (attrs, epilogue) => {
    const { relu, add, gate } = attrs;
    if (relu !== undefined || gate) return undefined;
    if (epilogue.kind === 'relu') return { ...attrs, relu: epilogue.slope };
    if (epilogue.kind === 'gate') return { ...attrs, gate: epilogue.gate };
    return add ? undefined : { ...attrs, add: true };
  },
});
