// Shared by the views: a target, a shader that covers it, a block of uniforms, and cached bind groups.
import { OptionError, ShapeError } from '../core/errors.js';
import { formatShape, type Named, type Shape, sizeOf } from '../core/shape.js';
import type { Context } from '../gpu/context.js';
import { COPY_DST, STAGE_COMPUTE, STAGE_FRAGMENT, UNIFORM } from '../gpu/flags.js';
import type { UniformType } from '../gpu/kernel.js';
import { writeScalar } from '../graph/uniforms.js';
import type { DrawTarget, Surface } from './drawTarget.js';
import { createSurface } from './surface.js';

/** Red, green and blue from 0 to 1, as the canvas displays them. */
export type Colour = readonly [red: number, green: number, blue: number];

/** Colour around the content: the toolbox's window_background (settings.py). */
export const WINDOW_BACKGROUND: Colour = [0.2, 0.2, 0.2];

/** Draws on a canvas of its own. */
export interface View extends Disposable {
  /**
   * Encodes one frame into the caller's encoder, so that several views and the net before them are one submit. Call `present`
   * after the submit. Encode a view at most once per submit: the options of the last `encode` apply to the whole submit.
   */
  encode(encoder: GPUCommandEncoder): void;
  /** Shows the submitted frame. */
  present(): void;
  /** `encode`, submit and `present`. */
  draw(): void;
}

/** Draws several views in one submit. */
export function drawViews(ctx: Context, views: readonly View[]): void {
  ctx.assertAlive();
  const encoder = ctx.device.createCommandEncoder({ label: 'views' });
  for (const view of views) view.encode(encoder);
  ctx.device.queue.submit([encoder.finish()]);
  for (const view of views) view.present();
}

/** Values on the device: a layer's output, a gradient or an input, as returned by `Plan.buffer`. */
export interface TensorSource {
  /** f32 values of `shape`, from the first byte on. */
  readonly buffer: GPUBuffer;
  /** `[N, C, H, W]`, `[N, C, L]` or `[N, C]`. */
  readonly shape: Shape;
}

/** The dimensions of a tensor. Missing ones are 1. @throws ShapeError, LimitError */
export function dimensions(ctx: Context, view: string, { buffer, shape }: TensorSource) {
  const [N, C] = shape;
  if (shape.length < 2 || shape.length > 4 || shape.some((d) => !(Number.isInteger(d) && d >= 1))) {
    throw new ShapeError(view, `needs [N,C,H,W], [N,C,L] or [N,C], all at least 1, got ${formatShape(shape)}`);
  }
  if (buffer.size < sizeOf(shape) * 4) {
    throw new ShapeError(view, `${formatShape(shape)} needs ${sizeOf(shape) * 4} bytes, the buffer has ${buffer.size}`);
  }
  ctx.checkBinding(view, buffer.size);
  const H = shape.length === 4 ? shape[2] : 1;
  const W = shape.length > 2 ? shape[shape.length - 1] : 1;
  return { N, C, H, W };
}

/** Throws unless `min ≤ value ≤ max`. NaN throws too. @throws OptionError */
export function checkRange(option: string, value: number, min: number, max: number): void {
  if (!(value >= min && value <= max)) throw new OptionError(option, `must be from ${min} to ${max}, got ${value}`);
}

/** Throws unless `value` is an integer from 0 to `count` − 1. @throws OptionError */
export function checkIndex(option: string, value: number, count: number): void {
  if (!(Number.isInteger(value) && value >= 0 && value < count)) {
    throw new OptionError(option, `must be a whole number from 0 to ${count - 1}, got ${value}`);
  }
}

/** A shader's struct of 4-byte scalars, in order of declaration. */
export interface Uniforms<U extends string> {
  readonly buffer: GPUBuffer;
  set(values: Partial<Named<U, number>>): void;
  /** Uploads changes since the last call. They apply to all work submitted afterwards. */
  upload(): void;
}

export function createUniforms<U extends string>(
  ctx: Context,
  label: string,
  members: Named<U, UniformType>,
): Uniforms<U> {
  const types = new Map<string, { type: UniformType; offset: number }>();
  for (const [name, type] of Object.entries<UniformType>(members)) types.set(name, { type, offset: types.size * 4 });
  const data = new DataView(new ArrayBuffer(Math.ceil(types.size / 4) * 16));
  const buffer = ctx.device.createBuffer({ label, size: data.byteLength, usage: UNIFORM | COPY_DST });
  let changed = true;
  return {
    buffer,
    set(values) {
      for (const [name, value] of Object.entries<number | undefined>(values)) {
        const member = types.get(name);
        if (member && value !== undefined) writeScalar(data, member.offset, member.type, value);
      }
      changed = true;
    },
    upload() {
      if (changed) ctx.device.queue.writeBuffer(buffer, 0, data.buffer);
      changed = false;
    },
  };
}

/** The kinds of bindings in a shader. `read` and `write` are storage buffers. */
export type BindingKind = 'uniform' | 'read' | 'write' | 'texture' | 'sampler';
type Bindable = GPUBuffer | GPUTexture | GPUSampler;

/** A layout, with a cache of its bind groups: one per set of resources, as long as these live. */
export interface Bindings {
  readonly layout: GPUBindGroupLayout;
  /** The bind group of `resources`, in the order of the layout. */
  group(...resources: readonly Bindable[]): GPUBindGroup;
}

interface Known {
  group?: GPUBindGroup;
  readonly next: WeakMap<Bindable, Known>;
}

export function createBindings(
  { device }: Context,
  label: string,
  kinds: readonly BindingKind[],
  stage: 'compute' | 'fragment',
): Bindings {
  const visibility = stage === 'compute' ? STAGE_COMPUTE : STAGE_FRAGMENT;
  const layout = device.createBindGroupLayout({
    label,
    entries: kinds.map((kind, binding): GPUBindGroupLayoutEntry => {
      if (kind === 'texture') return { binding, visibility, texture: {} };
      if (kind === 'sampler') return { binding, visibility, sampler: {} };
      const type = kind === 'uniform' ? kind : kind === 'read' ? 'read-only-storage' : 'storage';
      return { binding, visibility, buffer: { type } };
    }),
  });
  const root: Known = { next: new WeakMap() };
  return {
    layout,
    group(...resources) {
      let known = root;
      for (const resource of resources) {
        let next = known.next.get(resource);
        if (!next) {
          next = { next: new WeakMap() };
          known.next.set(resource, next);
        }
        known = next;
      }
      known.group ??= device.createBindGroup({
        label,
        layout,
        entries: resources.map((resource, binding) => ({ binding, resource: bindingOf(resource) })),
      });
      return known.group;
    },
  };
}

function bindingOf(resource: Bindable): GPUBindingResource {
  if ('mapAsync' in resource) return { buffer: resource };
  return 'createView' in resource ? resource.createView() : resource;
}

/** Values for a shader's overrides. */
type Variant = Readonly<Record<string, number>>;
const ONLY: Variant = {};

/** A render target, and the shader that covers it. */
export interface Pane<U extends string> {
  readonly surface: Surface;
  readonly uniforms: Uniforms<U>;
  readonly bindings: Bindings;
  /** Covers the target with one of the variants. Fills it with `background` if there is nothing to bind. */
  encode(encoder: GPUCommandEncoder, background: Colour, group: GPUBindGroup | undefined, variant?: Variant): void;
  dispose(): void;
}

export interface PaneParts<U extends string> {
  readonly label: string;
  /** Has the entry points `vertex` and `fragment`; drawn as one triangle. */
  readonly wgsl: string;
  readonly uniforms: Named<U, UniformType>;
  /** All bindings in order, including the uniforms. */
  readonly bindings: readonly BindingKind[];
  /** Default: a single variant without override values. */
  readonly variants?: readonly Variant[];
}

/** Prepares for drawing on `target`. @throws GpuError */
export function createPane<U extends string>(ctx: Context, target: DrawTarget, parts: PaneParts<U>): Pane<U> {
  const { device } = ctx;
  const { label } = parts;
  ctx.assertAlive();
  const surface = createSurface(ctx, target);
  const uniforms = createUniforms(ctx, label, parts.uniforms);
  const bindings = createBindings(ctx, label, parts.bindings, 'fragment');
  const module = device.createShaderModule({ label, code: parts.wgsl });
  const layout = device.createPipelineLayout({ bindGroupLayouts: [bindings.layout] });
  const targets = [{ format: surface.format }];
  const pipelines = new Map(
    (parts.variants ?? [ONLY]).map((constants) => {
      const fragment = { module, entryPoint: 'fragment', targets, constants };
      const vertex = { module, entryPoint: 'vertex' };
      return [constants, device.createRenderPipeline({ label, layout, vertex, fragment })];
    }),
  );
  return {
    surface,
    uniforms,
    bindings,
    encode(encoder, [r, g, b], group, variant = ONLY) {
      // A hidden canvas may have no pixels, and then it has no texture.
      if (surface.width === 0 || surface.height === 0) return;
      uniforms.upload();
      const attachment: GPURenderPassColorAttachment = {
        view: surface.target(),
        clearValue: { r, g, b, a: 1 },
        loadOp: 'clear',
        storeOp: 'store',
      };
      const pass = encoder.beginRenderPass({ label, colorAttachments: [attachment] });
      const pipeline = pipelines.get(variant);
      if (group && pipeline) {
        pass.setPipeline(pipeline);
        pass.setBindGroup(0, group);
        pass.draw(3);
      }
      pass.end();
    },
    dispose() {
      uniforms.buffer.destroy();
      surface.dispose();
    },
  };
}
