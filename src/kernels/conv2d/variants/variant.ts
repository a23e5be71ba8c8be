// What the ways of making a fast convolution have in common: the layer, the call, and the declaration of a kernel.
import type { Named, Spec } from '../../../core/shape.js';
import type { FeatureName } from '../../../core/webTypes.js';
import type { DeviceTraits } from '../../../gpu/context.js';
import { type Kernel, kernel } from '../../../gpu/kernel.js';
import type { WgslLibrary } from '../../../gpu/wgsl.js';
import type { Dispatch, Scalar, Value } from '../../../graph/tape.js';
import type { Pair } from '../../dims.js';
import { quotient, weights } from '../../libraries.js';
import finishSource from '../conv2d_finish.wgsl?raw';
import outputSource from '../conv2d_output.wgsl?raw';

/** A convolution as a product: packed weights times an image that has its border already. */
export interface Layer {
  /** Rows of a group: output channels, and phases of a strided gradient. */
  readonly Mg: number;
  /** Channels of a group. */
  readonly Cx: number;
  /** Lines and columns of the kernel, as packed. */
  readonly taps: Pair;
  /** Stride and dilation are 1. */
  readonly dense: boolean;
  /** The weights do not change. */
  readonly frozen: boolean;
  /** Of a strided gradient: how many phases its rows have, and whether some of them begin a block later. */
  readonly shuffle: { readonly phases: Pair; readonly late: boolean } | undefined;
}

/** A layer on its way to the device. */
export interface Call {
  readonly layer: Layer;
  readonly device: DeviceTraits;
  readonly buffers: Named<'x' | 'w' | 'b' | 'addend' | 'gate' | 'y', Value>;
  readonly uniforms: Named<Exclude<keyof typeof uniforms, 'slope'>, number> & { readonly slope: Scalar };
  readonly constants: Named<(typeof shared)[number], number>;
  /** The result, which may lie in channels of the larger `buffers.y`. */
  readonly output: Value;
  /** Whether there is a bias to be added. */
  readonly biased: boolean;
  scratch(spec: Spec): Value;
}

/** One way of making it. */
export interface Variant {
  /** The name that a measured choice has. Of variants with one name, the first that fits a layer is meant. */
  readonly name: 'direct' | 'half tiles' | 'tiles' | 'subgroup';
  fits(layer: Layer, device: DeviceTraits): boolean;
  launch(call: Call): readonly Dispatch[];
}

/** Pixels that a lane or a thread makes. */
export const PIXELS = 4;

const uniforms = {
  pixels: 'u32',
  quads: 'u32',
  P: 'u32',
  Q: 'u32',
  I: 'u32',
  origin: 'u32',
  Ig: 'u32',
  Cx: 'u32',
  plane: 'u32',
  width: 'u32',
  T: 'u32',
  U: 'u32',
  sy: 'u32',
  sx: 'u32',
  dy: 'u32',
  dx: 'u32',
  groups: 'u32',
  M: 'u32',
  m0: 'u32',
  Mg: 'u32',
  blocks: 'u32',
  H: 'u32',
  W: 'u32',
  Cg: 'u32',
  zy: 'u32',
  zx: 'u32',
  oy: 'u32',
  ox: 'u32',
  late: 'u32',
  slots: 'u32',
  share: 'u32',
  total: 'u32',
  flags: 'u32',
  slope: 'f32',
} as const;
/** Constants of all of them. */
const shared = ['SHUFFLE', 'HALF'] as const;

export const finish: WgslLibrary = { name: 'conv2d_finish', wgsl: finishSource };
const output: WgslLibrary = { name: 'conv2d_output', wgsl: outputSource, uses: [quotient, finish] };

/** A kernel of a fast convolution: all have one set of buffers and sizes, declared in conv2d_output.wgsl. */
export const fastKernel = <C extends string>(
  name: string,
  wgsl: string,
  { uses = [], constants, ...more }: FastKernel<C>,
): Kernel<keyof Call['buffers'], keyof typeof uniforms, C | (typeof shared)[number]> =>
  kernel({
    name,
    wgsl,
    uses: [...uses, output, weights],
    buffers: { x: 'read', w: 'read', b: 'read', addend: 'read', gate: 'read', y: 'write' },
    uniforms,
    constants: [...constants, ...shared],
    ...more,
  });
interface FastKernel<C extends string> extends Pick<Kernel, 'workgroup' | 'longGrid'> {
  readonly uses?: readonly WgslLibrary[];
  readonly constants: readonly C[];
  readonly features?: readonly FeatureName[];
}

/** Subgroups of one known size, wide enough to hold the 16 weights as vec4s. */
export const hasSubgroups = ({ subgroupSize }: DeviceTraits): boolean => subgroupSize >= 4 && subgroupSize <= 64;

/** Whether every `tile` of rows is of one phase. */
export const fitsPhases = (tile: number, Mg: number, [zy, zx]: Pair): boolean => (Mg / (zy * zx)) % tile === 0;
