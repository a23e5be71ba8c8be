// The GPU device, and what all plans on it share: pipelines and uploaded constants.
import { dispose } from '../core/dispose.js';
import {
  AdapterUnavailableError,
  DeviceLostError,
  GpuError,
  KernelCompileError,
  LimitError,
  WebGPUUnavailableError,
} from '../core/errors.js';
import { keyOf } from '../core/key.js';
import type { FeatureName } from '../core/webTypes.js';
import { COPY_DST, COPY_SRC, STAGE_COMPUTE, STORAGE } from './flags.js';
import type { Kernel, VariantTime } from './kernel.js';

/** Numeric limits, by their WebGPU names. */
export type LimitName =
  | 'maxBufferSize'
  | 'maxStorageBufferBindingSize'
  | 'maxStorageBuffersPerShaderStage'
  | 'maxComputeInvocationsPerWorkgroup'
  | 'maxComputeWorkgroupSizeX'
  | 'maxComputeWorkgroupSizeY'
  | 'maxComputeWorkgroupStorageSize';

/** What opening a device may be told. */
export interface ContextOptions {
  /** The source of adapters; default `navigator.gpu` (page or worker). */
  readonly gpu?: GPU;
  /** The caller's own device. The library never destroys it. */
  readonly device?: GPUDevice;
  readonly powerPreference?: 'low-power' | 'high-performance';
  readonly forceFallbackAdapter?: boolean;
  /** Required limits. Opening fails with both numbers if the adapter has less. */
  readonly limits?: Partial<Record<LimitName, number>>;
  /** Required features. Opening fails with the name of a missing one. */
  readonly features?: readonly FeatureName[];
  /**
   * How to store frozen weights of convolutions and fully connected layers. `f16` halves their memory and the bytes to read.
   * Arithmetic stays f32. Each weight changes by at most 2⁻¹¹ of its value. Needs no feature. Default `f32`.
   */
  readonly weights?: 'f32' | 'f16';
  /**
   * How convolutions with frozen weights multiply. `f16` rounds images and weights to half precision and adds sixteen products
   * in it; further sums are f32. Activations change by a few thousandths, gradients through a deep net by a tenth. Weights must
   * be below 256. Requires the feature 'shader-f16'. Default `f32`.
   */
  readonly arithmetic?: 'f32' | 'f16';
  /** Overrides what the device reports to kernels: for a faulty driver, and for tests. */
  readonly traits?: Partial<DeviceTraits>;
  /** How to wait for a CPU adapter, if awaiting its promise would use the time that it computes with. */
  readonly waitForCpu?: Wait;
}

/** Resolves and rejects as `promise` does. */
export type Wait = <T>(promise: Promise<T>) => Promise<T>;

/** Properties of a device that ops use to choose a variant. */
export interface DeviceTraits {
  readonly features: ReadonlySet<string>;
  /** Invocations per subgroup if that is the same for every shader; otherwise 0. */
  readonly subgroupSize: number;
  /** True for SwiftShader, lavapipe and other adapters that run on the CPU. */
  readonly software: boolean;
  readonly maxBindingBytes: number;
  readonly maxBufferBytes: number;
  readonly maxWorkgroups: number;
  readonly maxInvocations: number;
  readonly storageAlignment: number;
  /** Frozen weights of convolutions and matrices are stored in half precision. */
  readonly halfWeights: boolean;
  /** Convolutions with frozen weights multiply in half precision, unless that was measured to be slower. */
  readonly halfArithmetic: boolean;
}

/** Requested if the adapter has them. Opening does not fail without them. */
const WELCOME_FEATURES: readonly GPUFeatureName[] = ['subgroups', 'timestamp-query', 'shader-f16'];
/** Raised to the adapter's maximum, because real nets have weights above WebGPU's guaranteed 128 MiB per binding. */
const WELCOME_LIMITS: readonly LimitName[] = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupStorageSize',
];

/**
 * Opens a GPU device.
 *
 * @throws WebGPUUnavailableError, AdapterUnavailableError, LimitError
 */
export async function openContext(options: ContextOptions = {}): Promise<Context> {
  const halfArithmetic = options.arithmetic === 'f16';
  const traits = { halfWeights: options.weights === 'f16', halfArithmetic, ...options.traits };
  const features = [...(options.features ?? []), ...(halfArithmetic ? (['shader-f16'] as const) : [])];
  if (options.device) {
    expectFeatures('device', options.device.adapterInfo, options.device.features, features);
    return new Context(options.device, options.device.adapterInfo, false, undefined, traits, options.waitForCpu);
  }
  const gpu = options.gpu ?? (typeof navigator === 'undefined' ? undefined : navigator.gpu);
  if (!gpu) {
    throw new WebGPUUnavailableError(
      'This environment has no WebGPU. In a browser use Chrome or Edge 113+, Safari 26+ or Firefox 141+ over https or localhost; in Node use convscope/node.',
    );
  }
  const request: GPURequestAdapterOptions = {};
  if (options.powerPreference) request.powerPreference = options.powerPreference;
  if (options.forceFallbackAdapter) request.forceFallbackAdapter = true;
  const adapter = await gpu.requestAdapter(request);
  if (!adapter) {
    throw new AdapterUnavailableError(
      'WebGPU is available, but offers no adapter. Update the graphics driver, or start Chrome with --enable-unsafe-webgpu --use-webgpu-adapter=swiftshader to run on the CPU.',
    );
  }

  expectFeatures('adapter', adapter.info, adapter.features, features);
  const requiredFeatures = new Set([...WELCOME_FEATURES.filter((f) => adapter.features.has(f)), ...features]);

  const requiredLimits: Partial<Record<LimitName, number>> = {};
  for (const name of WELCOME_LIMITS) requiredLimits[name] = adapter.limits[name];
  for (const [name, needed] of limitEntries(options.limits ?? {})) {
    const available = adapter.limits[name];
    if (needed > available) {
      throw new LimitError('openContext', name, needed, available, 'Choose another adapter or a smaller limit.');
    }
    requiredLimits[name] = needed;
  }

  const device = await adapter.requestDevice({
    // The adapter has reported each of these, so WebGPU knows the name.
    requiredFeatures: [...requiredFeatures] as GPUFeatureName[],
    requiredLimits,
  });
  return new Context(device, adapter.info, true, gpu, traits, options.waitForCpu);
}

function expectFeatures(what: string, info: GPUAdapterInfo, has: ReadonlySet<string>, wanted: readonly string[]): void {
  const missing = wanted.find((feature) => !has.has(feature));
  if (missing === undefined) return;
  throw new AdapterUnavailableError(
    `The ${what} '${describeAdapter(info)}' lacks the feature '${missing}'. It has: ${[...has].sort().join(', ')}.`,
  );
}

const LIMIT_FIX = 'Choose another adapter or a smaller batch or image.';

/** An open device. Dispose of it when done. A device that was passed in stays open. */
export class Context implements Disposable {
  /** Kernel variants measured on this device; see `tune`. Later plans use them. */
  readonly choices = new Map<string, readonly VariantTime[]>();
  readonly traits: DeviceTraits;
  /** Resolves when the device is lost, for any reason. */
  readonly lost: Promise<GPUDeviceLostInfo>;
  #lostInfo: GPUDeviceLostInfo | undefined;
  readonly #pipelines = new Map<Kernel, Map<string, Promise<GPUComputePipeline>>>();
  readonly #layouts = new Map<Kernel, GPUBindGroupLayout>();
  readonly #constants = new WeakMap<ArrayBufferView, { buffer: GPUBuffer; users: number }>();

  constructor(
    readonly device: GPUDevice,
    readonly adapterInfo: GPUAdapterInfo,
    private readonly owned: boolean,
    /** Kept because Dawn for Node crashes if the GPU object is garbage-collected while a device is in use. */
    readonly gpu?: GPU,
    traits: Partial<DeviceTraits> = {},
    private readonly waitForCpu?: Wait,
  ) {
    const { limits } = device;
    const { subgroupMinSize = 0, subgroupMaxSize = 0 } = adapterInfo;
    this.traits = {
      features: device.features,
      subgroupSize: device.features.has('subgroups') && subgroupMinSize === subgroupMaxSize ? subgroupMinSize : 0,
      software: isSoftware(adapterInfo),
      maxBindingBytes: limits.maxStorageBufferBindingSize,
      maxBufferBytes: limits.maxBufferSize,
      maxWorkgroups: limits.maxComputeWorkgroupsPerDimension,
      maxInvocations: limits.maxComputeInvocationsPerWorkgroup,
      storageAlignment: limits.minStorageBufferOffsetAlignment,
      halfWeights: false,
      halfArithmetic: false,
      ...traits,
    };
    this.lost = device.lost.then((info) => {
      this.#lostInfo = info;
      return info;
    });
  }

  /** For example `SwiftShader Device (Subzero) (google)`. Every published figure states it. */
  get adapterName(): string {
    return describeAdapter(this.adapterInfo);
  }

  /** Throws DeviceLostError after the device was lost. */
  assertAlive(): void {
    if (this.#lostInfo) throw new DeviceLostError(this.#lostInfo);
  }

  /** Turns a failed WebGPU promise into a DeviceLostError if that is the cause. */
  async alive<T>(promise: Promise<T>): Promise<T> {
    try {
      return await (this.waitForCpu && this.traits.software ? this.waitForCpu(promise) : promise);
    } catch (error) {
      // The loss is reported by its own promise at about the same time, so wait a moment for it.
      const info = this.#lostInfo ?? (await Promise.race([this.lost, Promise.resolve(undefined)]));
      if (info) throw new DeviceLostError(info);
      throw error;
    }
  }

  /** The layout of a kernel's one bind group: storage buffers in declared order, then the uniform block. */
  layout(kernel: Kernel): GPUBindGroupLayout {
    let layout = this.#layouts.get(kernel);
    if (!layout) {
      const entries: GPUBindGroupLayoutEntry[] = Object.values(kernel.buffers).map((access, binding) => ({
        binding,
        visibility: STAGE_COMPUTE,
        buffer: { type: access === 'read' ? 'read-only-storage' : 'storage' },
      }));
      if (Object.keys(kernel.uniforms).length > 0) {
        entries.push({ binding: entries.length, visibility: STAGE_COMPUTE, buffer: { type: 'uniform' } });
      }
      layout = this.device.createBindGroupLayout({ label: kernel.name, entries });
      this.#layouts.set(kernel, layout);
    }
    return layout;
  }

  /** The pipeline of `kernel` with `constants`, compiled once. A failed compilation is not cached. */
  pipeline(kernel: Kernel, constants: Readonly<Record<string, number>>): Promise<GPUComputePipeline> {
    let variants = this.#pipelines.get(kernel);
    if (!variants) {
      variants = new Map();
      this.#pipelines.set(kernel, variants);
    }
    const key = keyOf(Object.entries(constants).sort(([a], [b]) => (a < b ? -1 : 1)));
    let pipeline = variants.get(key);
    if (!pipeline) {
      pipeline = this.#compile(kernel, constants);
      variants.set(key, pipeline);
      pipeline.catch(() => variants.delete(key));
    }
    return pipeline;
  }

  async #compile(kernel: Kernel, constants: Readonly<Record<string, number>>): Promise<GPUComputePipeline> {
    this.assertAlive();
    for (const feature of kernel.features) {
      if (!this.device.features.has(feature)) {
        throw new GpuError(`kernel '${kernel.name}'`, `the device lacks the feature '${feature}'`);
      }
    }
    const [x, y, z] = kernel.workgroup;
    const sizes: Record<string, number> = { WGX: x };
    if (y !== undefined) sizes.WGY = y;
    if (z !== undefined) sizes.WGZ = z;
    this.device.pushErrorScope('validation');
    const module = this.device.createShaderModule({ label: kernel.name, code: kernel.wgsl });
    const scope = this.device.popErrorScope();
    try {
      const pipeline = await this.device.createComputePipelineAsync({
        label: kernel.name,
        layout: this.device.createPipelineLayout({ bindGroupLayouts: [this.layout(kernel)] }),
        compute: { module, entryPoint: 'main', constants: { ...sizes, ...constants } },
      });
      await scope;
      return pipeline;
    } catch (error) {
      this.assertAlive();
      const info = await module.getCompilationInfo();
      const lines = info.messages.map((m) => `${m.type} at ${m.lineNum}:${m.linePos}: ${m.message}`);
      await scope;
      throw new KernelCompileError(kernel.name, lines.join('\n') || String(error), kernel.wgsl);
    }
  }

  /** A storage buffer of `bytes`. @throws LimitError */
  createBuffer(label: string, bytes: number, usage: number = STORAGE | COPY_SRC | COPY_DST): GPUBuffer {
    this.assertAlive();
    this.checkSize(label, bytes);
    // WebGPU sizes are multiples of 4; a zero-sized buffer cannot be bound.
    return this.device.createBuffer({ label, size: Math.max(4, Math.ceil(bytes / 4) * 4), usage });
  }

  /** Throws if a buffer of `bytes` is too large. A buffer may be larger than a binding. @throws LimitError */
  checkSize(label: string, bytes: number): void {
    if (bytes <= this.traits.maxBufferBytes) return;
    throw new LimitError(label, 'maxBufferSize', bytes, this.traits.maxBufferBytes, LIMIT_FIX);
  }

  /** Throws if a binding of `bytes` is too large. @throws LimitError */
  checkBinding(label: string, bytes: number): void {
    if (bytes <= this.traits.maxBindingBytes) return;
    throw new LimitError(label, 'maxStorageBufferBindingSize', bytes, this.traits.maxBindingBytes, LIMIT_FIX);
  }

  /** Uploads `data` once for all plans that use the same array. Call `releaseConstant` once per use. */
  acquireConstant(label: string, data: Float32Array | Uint32Array): GPUBuffer {
    const known = this.#constants.get(data);
    if (known) {
      known.users++;
      return known.buffer;
    }
    const buffer = this.createBuffer(label, data.byteLength);
    this.device.queue.writeBuffer(buffer, 0, data.buffer, data.byteOffset, data.byteLength);
    this.#constants.set(data, { buffer, users: 1 });
    return buffer;
  }

  /** Releases one use. The last one frees the buffer. */
  releaseConstant(data: Float32Array | Uint32Array): void {
    const known = this.#constants.get(data);
    if (!known) return;
    known.users--;
    if (known.users === 0) {
      known.buffer.destroy();
      this.#constants.delete(data);
    }
  }

  /** Destroys the device, if the context opened it. A device that the caller brought stays. */
  [dispose](): void {
    if (this.owned) this.device.destroy();
  }
}

function describeAdapter(info: GPUAdapterInfo): string {
  const name = info.description || info.device || info.architecture || 'unnamed adapter';
  return info.vendor && !name.toLowerCase().includes(info.vendor.toLowerCase()) ? `${name} (${info.vendor})` : name;
}

function isSoftware(info: GPUAdapterInfo): boolean {
  return (
    info.isFallbackAdapter === true ||
    /swiftshader|llvmpipe|lavapipe/i.test(`${info.description} ${info.device} ${info.architecture}`)
  );
}

function limitEntries(limits: Partial<Record<LimitName, number>>): [LimitName, number][] {
  const entries: [LimitName, number][] = [];
  let name: LimitName;
  for (name in limits) {
    const value = limits[name];
    if (value !== undefined) entries.push([name, value]);
  }
  return entries;
}
