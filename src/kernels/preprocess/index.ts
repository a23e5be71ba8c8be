// Converts a picture's pixels to a net's input in one pass on the device: crop, resize, channel order, mean and scale.
import { ShapeError } from '../../core/errors.js';
import { f32, formatShape, type Spec } from '../../core/shape.js';
import { kernel } from '../../gpu/kernel.js';
import { defineOp, dispatch, type Scalar } from '../../graph/tape.js';
import wgsl from './preprocess.wgsl?raw';

/** A part of a picture, in its pixels; by default all of it. */
export interface Crop {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

export interface Attrs {
  readonly order: 'rgb' | 'bgr' | 'gray';
  readonly crop: Crop;
  /** The background of transparent pixels, RGB from 0 to 255; default white. */
  readonly background?: readonly [r: number, g: number, b: number];
  /** Alpha is the last channel of x, and colours stay unchanged. By default x has no alpha. */
  readonly alpha?: boolean;
  /** Pixels of a row that belong to the picture; by default all. Copies of textures pad their rows. */
  readonly width?: number;
  /** 1 swaps left and right. */
  readonly mirror?: Scalar;
}

/** RGB. Browsers, viewers and paper show this behind a transparent picture. */
export const WHITE = [255, 255, 255] as const;

const ORDERS = { rgb: 0, bgr: 1, gray: 2 } as const;

const forward = kernel({
  name: 'preprocess',
  wgsl,
  buffers: { pixels: 'read', mean: 'read', scale: 'read', x: 'write' },
  uniforms: {
    C: 'u32',
    H: 'u32',
    W: 'u32',
    sourceH: 'i32',
    sourceW: 'i32',
    pitch: 'i32',
    mirror: 'u32',
    top: 'f32',
    left: 'f32',
    cropH: 'f32',
    cropW: 'f32',
    back_r: 'f32',
    back_g: 'f32',
    back_b: 'f32',
  },
  constants: ['ORDER', 'ALPHA'],
  longGrid: 'fold',
});
export const kernels = [forward];

/** The largest centred square of a picture (`crop`), or all of it (`stretch`). */
export function fitCrop(height: number, width: number, fit: 'crop' | 'stretch', aspect = 1): Crop {
  if (fit === 'stretch') return { top: 0, left: 0, height, width };
  // aspect = width / height of the net's input.
  const h = Math.min(height, width / aspect);
  const w = h * aspect;
  return { top: (height - h) / 2, left: (width - w) / 2, height: h, width: w };
}

/** Packed RGBA8 pixels `[H₀, W₀]`, mean `[C,H,W]` and scale `[C]` to x `[1,C,H,W]`. */
export const op = defineOp({
  name: 'preprocess',
  inputs: ['pixels', 'mean', 'scale'],
  infer: ({ pixels, mean, scale }: { pixels: Spec; mean: Spec; scale: Spec }, attrs: Attrs): Spec => {
    const [height, pitch] = pixels.shape;
    const { crop, width = pitch } = attrs;
    if (pixels.dtype !== 'u32' || pixels.shape.length !== 2) {
      throw new ShapeError('preprocess', `pixels must be u32 [H,W], got ${pixels.dtype} ${formatShape(pixels.shape)}`);
    }
    if (
      !(crop.height > 0 && crop.width > 0 && crop.top + crop.height <= height && crop.left + crop.width <= width) ||
      width > pitch
    ) {
      throw new ShapeError(
        'preprocess',
        `the crop ${JSON.stringify(crop)} is not inside ${formatShape([height, width])}`,
      );
    }
    if (mean.shape.length !== 3 || scale.shape[0] !== mean.shape[0]) {
      const seen = `mean ${formatShape(mean.shape)}, scale ${formatShape(scale.shape)}`;
      throw new ShapeError('preprocess', `mean must be [C,H,W] and scale [C], got ${seen}`);
    }
    const channels = (attrs.order === 'gray' ? 1 : 3) + (attrs.alpha ? 1 : 0);
    if (mean.shape[0] !== channels || (attrs.alpha && attrs.order === 'gray')) {
      const made = `${attrs.order}${attrs.alpha ? ' with alpha' : ''}`;
      throw new ShapeError('preprocess', `mean must be [${channels},H,W] for ${made}, got ${formatShape(mean.shape)}`);
    }
    return f32(1, ...mean.shape);
  },
  lower: ({ inputs: { pixels, mean, scale }, output: x, attrs }) => {
    const { order, crop, width, mirror = 0, background = WHITE, alpha = false } = attrs;
    const [back_r, back_g, back_b] = background;
    const [, C, H, W] = x.shape;
    const [sourceH, pitch] = pixels.shape;
    const sourceW = width ?? pitch;
    const { top, left, height: cropH, width: cropW } = crop;
    return [
      dispatch(forward, {
        buffers: { pixels, mean, scale, x },
        uniforms: { C, H, W, sourceH, sourceW, pitch, mirror, top, left, cropH, cropW, back_r, back_g, back_b },
        constants: { ORDER: ORDERS[order], ALPHA: alpha ? 1 : 0 },
        threads: [H * W],
      }),
    ];
  },
});
