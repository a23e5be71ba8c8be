// Draws a backpropagated signal: what a unit responds to in the input. This is the toolbox's back pane.
import { dispose } from '../core/dispose.js';
import { OptionError, UnknownNameError } from '../core/errors.js';
import type { Context } from '../gpu/context.js';
import { COPY_DST, STORAGE } from '../gpu/flags.js';
import type { Preprocessing } from '../graph/model.js';
import type { DrawTarget } from './drawTarget.js';
import { fitPicture } from './layout.js';
import {
  type Colour,
  checkIndex,
  createBindings,
  createPane,
  createUniforms,
  dimensions,
  drawViews,
  type TensorSource,
  type View,
  WINDOW_BACKGROUND,
} from './pane.js';
import wgsl from './signed.wgsl?raw';
import blurWgsl from './signed_blur.wgsl?raw';
import planeWgsl from './signed_plane.wgsl?raw';
import { createStatistics } from './statistics.js';

/**
 * How to draw a gradient: the toolbox's options (caffevis/app.py, key m). `raw`: in colour, zero is mid-gray. `gray`: the mean
 * of the channels, zero is mid-gray. `norm`: the channels' L2 norm, from black to white. `normblur`: the same, blurred.
 */
export type SignedFilter = (typeof SIGNED_FILTERS)[number];
/** The filters of a signed image, in the order in which a key of the toolbox goes through them. */
export const SIGNED_FILTERS = ['raw', 'gray', 'norm', 'normblur'] as const;

/** Every option may change between draws. Optional ones can be unset with `undefined`. */
export interface SignedOptions {
  /** The gradient in the net's layout, `[N, C, H, W]`. */
  readonly gradient?: TensorSource | undefined;
  /** Channel order of the net's input. Default `rgb`. */
  readonly order?: Preprocessing['order'];
  /** Which image of the batch. Default 0. */
  readonly image?: number;
  /** Default `raw`. */
  readonly filter?: SignedFilter;
  /** σ of `normblur`, in pixels of the gradient. Default 4. */
  readonly sigma?: number;
  /**
   * `off` and `stale` fill the canvas with one colour: there is no signal, or it belongs to another unit. Default `fresh`, or
   * `off` without a gradient.
   */
  readonly state?: 'fresh' | 'stale' | 'off';
  /** Colour around the picture, if the canvas has another aspect ratio. */
  readonly background?: Colour;
  readonly offColour?: Colour;
  readonly staleColour?: Colour;
}

/** A canvas for backpropagated signals. Its size may change between draws. */
export interface SignedView extends View {
  /** Changes `options` for the next draws, and keeps all others. @throws OptionError, ShapeError */
  set(options: SignedOptions): void;
}

// The toolbox's colours (settings.py): caffevis_layer_clr_back_background, stale_background.
const OFF: Colour = [0.2, 0.2, 0.5];
const STALE: Colour = [0.3, 0.3, 0.2];
/** The toolbox's caffevis_grad_norm_blur_radius. The toolbox passes it to cv2.GaussianBlur as sigma. */
const SIGMA = 4;
/** Where OpenCV cuts off a Gaussian for floats, in sigmas. */
const REACH = 4;
const LARGEST_SIGMA = 64;
const WORKGROUP = 64;

/** The uniforms of signed.wgsl. */
export const SIGNED_UNIFORMS = {
  first: 'u32',
  C: 'u32',
  H: 'u32',
  W: 'u32',
  centred: 'u32',
  bgr: 'u32',
  left: 'i32',
  top: 'i32',
  width: 'u32',
  height: 'u32',
  back_r: 'f32',
  back_g: 'f32',
  back_b: 'f32',
} as const;

/** The uniforms of signed_plane.wgsl and signed_blur.wgsl. */
export const FILTER_UNIFORMS = { first: 'u32', C: 'u32', H: 'u32', W: 'u32', radius: 'u32' } as const;

/** Draws a gradient on `canvas`, directly from its buffer. @throws GpuError, OptionError, ShapeError */
export function createSignedView(ctx: Context, canvas: DrawTarget, options: SignedOptions = {}): SignedView {
  const label = 'signed view';
  const pane = createPane(ctx, canvas, {
    label,
    wgsl,
    uniforms: SIGNED_UNIFORMS,
    bindings: ['uniform', 'read', 'read'],
  });
  const { surface, uniforms, bindings } = pane;
  const statistics = createStatistics(ctx);
  const filters = createFilters(ctx, label);
  let state: SignedOptions = {};

  const view: SignedView = {
    set(changes) {
      const next = { ...state, ...changes };
      check(ctx, next);
      state = next;
    },
    encode(encoder) {
      const { gradient, image = 0, filter = 'raw', order = 'rgb', background = WINDOW_BACKGROUND } = state;
      if (!gradient || state.state === 'off') return pane.encode(encoder, state.offColour ?? OFF, undefined);
      if (state.state === 'stale') return pane.encode(encoder, state.staleColour ?? STALE, undefined);
      const { C, H, W } = dimensions(ctx, label, gradient);
      const from = image * C * H * W;
      const raw = filter === 'raw';
      const plane = raw
        ? undefined
        : filters.encode(encoder, gradient.buffer, from, [C, H, W], filter, state.sigma ?? SIGMA);
      const x = plane ?? gradient.buffer;
      const first = raw ? from : 0;
      statistics.encode(encoder, x, first, 1, raw ? C * H * W : H * W);
      const { x: left, y: top, width, height } = fitPicture(W, H, surface.width, surface.height);
      const [back_r, back_g, back_b] = background;
      const centred = raw || filter === 'gray' ? 1 : 0;
      const bgr = order === 'bgr' ? 1 : 0;
      const channels = raw ? C : 1;
      uniforms.set({ first, C: channels, H, W, centred, bgr, left, top, width, height, back_r, back_g, back_b });
      pane.encode(encoder, background, bindings.group(uniforms.buffer, x, statistics.buffer));
    },
    present: () => surface.present(),
    draw: () => drawViews(ctx, [view]),
    [dispose]() {
      pane.dispose();
      statistics.dispose();
      filters.dispose();
    },
  };
  view.set(options);
  return view;
}

function check(ctx: Context, { gradient, image = 0, filter = 'raw', sigma = SIGMA }: SignedOptions): void {
  if (!SIGNED_FILTERS.includes(filter)) throw new UnknownNameError('filter', filter, SIGNED_FILTERS);
  if (!(sigma > 0 && sigma <= LARGEST_SIGMA)) {
    throw new OptionError('sigma', `must be above 0 and at most ${LARGEST_SIGMA} pixels, got ${sigma}`);
  }
  if (gradient) checkIndex('image', image, dimensions(ctx, 'signed view', gradient).N);
}

/** Combines the channels into one plane on the device, and blurs it. */
function createFilters(ctx: Context, label: string) {
  const { device } = ctx;
  const block = createUniforms(ctx, label, FILTER_UNIFORMS);
  const bindings = createBindings(ctx, label, ['uniform', 'read', 'read', 'write'], 'compute');
  const layout = device.createPipelineLayout({ bindGroupLayouts: [bindings.layout] });
  const pipelineOf = (code: string, constants: Record<string, number>) => {
    const module = device.createShaderModule({ label, code });
    return device.createComputePipeline({ label, layout, compute: { module, entryPoint: 'main', constants } });
  };
  const mean = pipelineOf(planeWgsl, { NORM: 0 });
  const norm = pipelineOf(planeWgsl, { NORM: 1 });
  const across = pipelineOf(blurWgsl, { VERTICAL: 0 });
  const down = pipelineOf(blurWgsl, { VERTICAL: 1 });
  const taps = ctx.createBuffer(`${label} taps`, (REACH * LARGEST_SIGMA + 1) * 4, STORAGE | COPY_DST);
  let planes: readonly [GPUBuffer, GPUBuffer] | undefined;
  let sigmaOfTaps: number | undefined;

  return {
    /** Encodes the computation of a plane `[H, W]` from the C·H·W numbers of `x` from `first` on, and returns its buffer. */
    encode(
      encoder: GPUCommandEncoder,
      x: GPUBuffer,
      first: number,
      [C, H, W]: readonly [C: number, H: number, W: number],
      filter: SignedFilter,
      sigma: number,
    ): GPUBuffer {
      const bytes = H * W * 4;
      if (!planes || planes[0].size < bytes) {
        for (const plane of planes ?? []) plane.destroy();
        planes = [
          ctx.createBuffer(`${label} plane`, bytes, STORAGE),
          ctx.createBuffer(`${label} blur`, bytes, STORAGE),
        ];
      }
      if (sigmaOfTaps !== sigma) {
        device.queue.writeBuffer(taps, 0, gaussianTaps(sigma));
        sigmaOfTaps = sigma;
      }
      block.set({ first, C, H, W, radius: radiusOf(sigma) });
      block.upload();
      const groups = Math.ceil((H * W) / WORKGROUP);
      const columns = Math.min(groups, ctx.traits.maxWorkgroups);
      const [plane, blurred] = planes;
      const pass = encoder.beginComputePass({ label });
      const step = (pipeline: GPUComputePipeline, from: GPUBuffer, to: GPUBuffer) => {
        pass.setPipeline(pipeline);
        pass.setBindGroup(0, bindings.group(block.buffer, from, taps, to));
        pass.dispatchWorkgroups(columns, Math.ceil(groups / columns));
      };
      step(filter === 'gray' ? mean : norm, x, plane);
      if (filter === 'normblur') {
        step(across, plane, blurred);
        step(down, blurred, plane);
      }
      pass.end();
      return plane;
    },
    dispose(): void {
      block.buffer.destroy();
      taps.destroy();
      for (const plane of planes ?? []) plane.destroy();
    },
  };
}

/** OpenCV's kernel size for floats: `round(8σ + 1) | 1`. */
const radiusOf = (sigma: number) => ((Math.round(2 * REACH * sigma + 1) | 1) - 1) / 2;

/** One half of the Gaussian, from the centre outwards. The full kernel sums to 1. Computed in float64. */
function gaussianTaps(sigma: number): Float32Array<ArrayBuffer> {
  const radius = radiusOf(sigma);
  const values = Array.from({ length: radius + 1 }, (_, k) => Math.exp(-(k * k) / (2 * sigma * sigma)));
  const sum = values.reduce((total, v, k) => total + (k === 0 ? v : 2 * v), 0);
  return Float32Array.from(values, (v) => v / sum);
}
