// A tape made concrete: pipelines, buffers and bind groups are created once; a run is one submit without allocation.
import { dispose } from '../core/dispose.js';
import { GpuError, OptionError } from '../core/errors.js';
import { formatShape, sizeOf } from '../core/shape.js';
import type { Context } from '../gpu/context.js';
import { COPY_DST, UNIFORM } from '../gpu/flags.js';
import { createReadback, type Readback } from '../gpu/readback.js';
import type { Choices } from './choices.js';
import { type MemoryPlan, planMemory } from './memory.js';
import { constantsOf, END, lifetimes, lowerTape, type Schedule, workgroups } from './schedule.js';
import type { Dispatch, Param, Tape, Value } from './tape.js';
import { layoutUniforms, type UniformLayout, writeScalar } from './uniforms.js';

/** What compiling a tape may be told. */
export interface CompileOptions {
  /** Values that `read` accepts. All others may be overwritten, or never computed. */
  readonly keep?: readonly Value[];
  readonly signal?: AbortSignal;
  /**
   * If false, no op takes over another op's work: batch normalizations are not folded into convolutions, ReLUs and sums not
   * into the op before them, branches not into their concatenation. This is slower. Use it to inspect a net, or to find out if
   * folding causes a wrong number. Values in `keep` exist either way.
   */
  readonly fold?: boolean;
  /** Measured kernel variants. Default: those of the context. */
  readonly choices?: Choices;
}

/** Bytes on the device, for reports. */
export interface PlanMemory {
  /** Weights and other constants, shared between plans. */
  readonly constants: number;
  /** Inputs, state and logs. */
  readonly leaves: number;
  /** Values computed once from constants. */
  readonly prepared: number;
  /** Intermediate values: as planned, without reuse, and the least that any plan could need. */
  readonly activations: { readonly planned: number; readonly naive: number; readonly lowerBound: number };
}

/** A launch of a plan. */
export interface PlanLaunch {
  readonly kernel: string;
  readonly groups: readonly [x: number, y: number, z: number];
  /** Adds this launch to a pass of the caller's own, as `run` does. */
  encode(pass: GPUComputePassEncoder): void;
}

interface Launch {
  readonly pipeline: GPUComputePipeline;
  readonly bindGroup: GPUBindGroup;
  readonly groups: readonly [number, number, number];
  readonly label: string;
}

/** The memory of a value: a buffer, and an offset in bytes. */
interface Home {
  readonly buffer: GPUBuffer;
  readonly offset: number;
}

interface Copy {
  readonly from: GPUBuffer;
  readonly to: GPUBuffer;
  readonly bytes: number;
  /** For logs: the number of rows before the oldest is overwritten. */
  readonly capacity: number;
}

/**
 * Compiles `tape` for a device: removes dead code, specializes and fuses ops, plans memory, and compiles pipelines in parallel.
 *
 * @throws LimitError, KernelCompileError, GpuError, DeviceLostError
 */
export async function compile(ctx: Context, tape: Tape, options: CompileOptions = {}): Promise<Plan> {
  const { keep = [], signal, fold = true, choices = ctx.choices } = options;
  signal?.throwIfAborted();
  ctx.assertAlive();
  const schedule = lowerTape(tape, keep, ctx.traits, choices, fold);
  const dispatches = [...schedule.once, ...schedule.step];
  const pipelines = await ctx.alive(
    Promise.all(dispatches.map((d) => ctx.pipeline(d.kernel, constantsOf(d, ctx.traits.maxWorkgroups)))),
  );
  signal?.throwIfAborted();

  // Everything below is synchronous, so the error scopes contain only our own calls.
  ctx.device.pushErrorScope('out-of-memory');
  ctx.device.pushErrorScope('validation');
  const popScopes = () => Promise.all([ctx.device.popErrorScope(), ctx.device.popErrorScope()]);
  let plan: Plan;
  try {
    plan = link(ctx, tape, keep, schedule, pipelines);
  } catch (error) {
    await popScopes();
    throw error;
  }
  const [validation, memory] = await ctx.alive(popScopes());
  if (!validation && !memory) return plan;
  plan[dispose]();
  if (memory) throw new GpuError('compile', `out of GPU memory: ${memory.message}`);
  throw new GpuError('compile', validation?.message ?? 'unknown error');
}

/** Creates memory, uniforms and bind groups for a schedule, and runs the part that runs once. */
function link(
  ctx: Context,
  tape: Tape,
  keep: readonly Value[],
  { once, step, leaves, now, root, isPrepared }: Schedule,
  pipelines: readonly GPUComputePipeline[],
): Plan {
  const touched = (dispatches: readonly Dispatch[]) =>
    dispatches.flatMap((d) => Object.values(d.buffers).map((v) => root(v.id)));
  const kept = new Set([...keep, ...tape.assigns.map((a) => a.next)].map((v) => root(now(v).id)));
  for (const { log } of leaves) if (log) kept.add(root(now(log.row).id));
  const neededByStep = new Set([...kept, ...touched(step)]);
  const used = new Set([...neededByStep, ...touched(once), ...tape.assigns.map((a) => a.leaf.id)]);
  const isLeaf = new Set(leaves.map((l) => l.value.id));
  const stepLives = lifetimes(step, root, kept, (id) => isLeaf.has(id) || isPrepared(id));
  const stepMemory = planMemory(stepLives, ctx.traits.storageAlignment);
  const onceLives = lifetimes(once, root, neededByStep, (id) => isLeaf.has(id));
  const onceMemory = planMemory(onceLives, ctx.traits.storageAlignment);

  const owned: GPUBuffer[] = [];
  const constants: (Float32Array | Uint32Array)[] = [];
  /** Frees what only the part that runs once needed. */
  const temporary: (() => void)[] = [];
  /** The memory of each value. */
  const homes = new Map<number, Home>();
  const bytes = { constants: 0, leaves: 0, prepared: 0 };
  const make = (label: string, size: number, usage?: number): GPUBuffer => {
    const buffer = ctx.createBuffer(label, size, usage);
    owned.push(buffer);
    return buffer;
  };
  const homeOf = (v: Value): Home => {
    const home = homes.get(root(v.id));
    if (!home) throw new GpuError('compile', `'${v.label}' has no memory`);
    return home;
  };
  /** For values that are copied, read back or returned. They start at the start of their buffer. */
  const bufferOf = (v: Value): GPUBuffer => {
    const { buffer, offset } = homeOf(v);
    if (offset !== 0) throw new GpuError('compile', `'${v.label}' lies ${offset} bytes into its buffer`);
    return buffer;
  };
  const settle = ({ places }: MemoryPlan, slots: readonly GPUBuffer[]): void => {
    for (const [id, { slot, offset }] of places) homes.set(id, { buffer: slots[slot], offset });
  };
  try {
    for (const leaf of leaves) {
      const { value } = leaf;
      if (!used.has(value.id) && !leaf.log) continue;
      const size = sizeOf(value.shape) * 4;
      const { data } = leaf;
      if (!data) {
        homes.set(value.id, { buffer: make(value.label, size), offset: 0 });
        bytes.leaves += size;
        continue;
      }
      homes.set(value.id, { buffer: ctx.acquireConstant(value.label, data), offset: 0 });
      if (neededByStep.has(value.id)) {
        constants.push(data);
        bytes.constants += size;
      } else {
        temporary.push(() => ctx.releaseConstant(data));
      }
    }
    const stepSlots = stepMemory.sizes.map((size, i) => make(`activation ${i}`, size));
    settle(stepMemory, stepSlots);
    const lasting = new Set(onceLives.filter((l) => l.last === END).map((l) => onceMemory.places.get(l.id)?.slot));
    const onceSlots = onceMemory.sizes.map((size, i) => {
      if (lasting.has(i)) {
        bytes.prepared += size;
        return make(`prepared ${i}`, size);
      }
      const buffer = ctx.createBuffer(`preparing ${i}`, size);
      temporary.push(() => buffer.destroy());
      return buffer;
    });
    settle(onceMemory, onceSlots);

    // All dispatches share one uniform buffer. Params are patched in place.
    const uniforms = layoutUniforms([...once, ...step], ctx.device.limits.minUniformBufferOffsetAlignment);
    const uniformBuffer = make('uniforms', Math.max(uniforms.data.byteLength, 16), UNIFORM | COPY_DST);
    ctx.device.queue.writeBuffer(uniformBuffer, 0, uniforms.data);
    const launches = [...once, ...step].map((d, i): Launch => {
      const entries: GPUBindGroupEntry[] = Object.keys(d.kernel.buffers).map((name, binding) => {
        const value = d.buffers[name];
        // Bind only the value's own bytes: its slot may be larger.
        const [start, length] = d.ranges[name] ?? [0, sizeOf(value.shape)];
        const size = Math.max(4, length * 4);
        ctx.checkBinding(value.label, size);
        const { buffer, offset } = homeOf(value);
        return { binding, resource: { buffer, offset: offset + start * 4, size } };
      });
      const { offset, size } = uniforms.blocks[i];
      if (size > 0) entries.push({ binding: entries.length, resource: { buffer: uniformBuffer, offset, size } });
      const bindGroup = ctx.device.createBindGroup({ label: d.kernel.name, layout: ctx.layout(d.kernel), entries });
      const groups = workgroups(d, ctx.traits.maxWorkgroups);
      return { pipeline: pipelines[i], bindGroup, groups, label: d.kernel.name };
    });
    if (once.length > 0) {
      const encoder = ctx.device.createCommandEncoder({ label: 'prepare' });
      encodePass(encoder, launches.slice(0, once.length));
      ctx.device.queue.submit([encoder.finish()]);
    }

    const copies = tape.assigns.map(({ leaf, next }): Copy => {
      const size = sizeOf(leaf.shape) * 4;
      return { from: bufferOf(now(next)), to: bufferOf(leaf), bytes: size, capacity: 1 };
    });
    const readable = new Map(keep.map((value) => [value.id, { buffer: bufferOf(now(value)), value }]));
    for (const { value, isConstant, log } of leaves) {
      const buffer = homes.get(value.id)?.buffer;
      if (buffer && !isConstant) readable.set(value.id, { buffer, value });
      if (!buffer || !log) continue;
      const size = sizeOf(log.row.shape) * 4;
      copies.push({ from: bufferOf(now(log.row)), to: buffer, bytes: size, capacity: log.capacity });
    }
    return new Plan(ctx, {
      launches: launches.slice(once.length),
      copies,
      readable,
      writable: new Set(leaves.filter((l) => !l.isConstant).map((l) => l.value.id)),
      uniformBuffer,
      uniforms,
      owned,
      constants,
      memory: {
        ...bytes,
        activations: {
          planned: stepMemory.sizes.reduce((a, b) => a + b, 0),
          naive: stepLives.reduce((a, l) => a + l.bytes, 0),
          lowerBound: stepMemory.lowerBound,
        },
      },
    });
  } catch (error) {
    for (const buffer of owned) buffer.destroy();
    for (const data of constants) ctx.releaseConstant(data);
    throw error;
  } finally {
    for (const release of temporary) release();
  }
}

interface PlanParts {
  readonly launches: readonly Launch[];
  readonly copies: readonly Copy[];
  readonly readable: ReadonlyMap<number, { buffer: GPUBuffer; value: Value }>;
  readonly writable: ReadonlySet<number>;
  readonly uniformBuffer: GPUBuffer;
  readonly uniforms: UniformLayout;
  readonly owned: readonly GPUBuffer[];
  readonly constants: readonly (Float32Array | Uint32Array)[];
  readonly memory: PlanMemory;
}

/** A compiled step. Dispose of it to free its memory. */
export class Plan implements Disposable {
  readonly memory: PlanMemory;
  readonly #parts: PlanParts;
  readonly #params = new Map<number, number>();
  readonly #readbacks = new Map<number, Readback>();
  readonly #reading = new Set<Promise<void>>();
  #steps = 0;
  #uniformsChanged = false;
  #disposed = false;

  constructor(
    readonly context: Context,
    parts: PlanParts,
  ) {
    this.#parts = parts;
    this.memory = parts.memory;
  }

  /** The names of the dispatches of one step, in order. */
  get dispatches(): readonly string[] {
    return this.#parts.launches.map((l) => l.label);
  }

  /** Number of steps run so far. It decides where logs write. */
  get steps(): number {
    return this.#steps;
  }

  /** True if the plan needs `leaf`. Other leaves have no memory to write to. */
  uses(leaf: Value): boolean {
    return this.#parts.readable.has(leaf.id);
  }

  /** Writes a leaf. `data` must have exactly its size. */
  write(leaf: Value, data: Float32Array | Uint32Array): void {
    this.#assertUsable();
    const target = this.#parts.readable.get(leaf.id);
    if (!target || !this.#parts.writable.has(leaf.id)) {
      throw new OptionError('write', `'${leaf.label}' is not a leaf that this plan uses`);
    }
    if (data.length !== sizeOf(leaf.shape)) {
      throw new OptionError(
        'write',
        `'${leaf.label}' ${formatShape(leaf.shape)} has ${sizeOf(leaf.shape)} elements, the data has ${data.length}`,
      );
    }
    this.context.device.queue.writeBuffer(target.buffer, 0, data.buffer, data.byteOffset, data.byteLength);
  }

  /** Sets a param for the runs that follow. */
  set(param: Param, value: number): void {
    this.#assertUsable();
    if (this.#params.get(param.id) === value) return;
    this.#params.set(param.id, value);
    const { data, slots } = this.#parts.uniforms;
    const view = new DataView(data);
    for (const offset of slots.get(param.id) ?? []) {
      writeScalar(view, offset, param.type, value);
      this.#uniformsChanged = true;
    }
  }

  /** Runs `steps` steps in one submit. Allocates nothing on the device and waits for nothing. */
  run(options: { readonly steps?: number } = {}): void {
    this.#assertUsable();
    const { device } = this.context;
    if (this.#uniformsChanged) {
      device.queue.writeBuffer(this.#parts.uniformBuffer, 0, this.#parts.uniforms.data);
      this.#uniformsChanged = false;
    }
    const encoder = device.createCommandEncoder();
    for (let i = 0; i < (options.steps ?? 1); i++) {
      encodePass(encoder, this.#parts.launches);
      for (const { from, to, bytes, capacity } of this.#parts.copies) {
        encoder.copyBufferToBuffer(from, 0, to, (this.#steps % capacity) * bytes, bytes);
      }
      this.#steps++;
    }
    device.queue.submit([encoder.finish()]);
  }

  /** The launches of one step, in order, to be encoded one at a time. `profile` times them. @throws GpuError after disposal */
  launches(): readonly PlanLaunch[] {
    this.#assertUsable();
    return this.#parts.launches.map((launch) => ({
      kernel: launch.label,
      groups: launch.groups,
      encode: (pass) => encodeLaunches(pass, [launch]),
    }));
  }

  /** Resets the step count to zero, so that logs start at their first row. */
  rewind(): void {
    this.#steps = 0;
  }

  /** Reads a leaf or a kept value. Staging memory is created at the first read and then reused. */
  async read(value: Value): Promise<Float32Array> {
    return new Float32Array(await this.#readBytes(value));
  }

  /** `read` for u32 values. */
  async readU32(value: Value): Promise<Uint32Array> {
    return new Uint32Array(await this.#readBytes(value));
  }

  /** The GPU buffer of a leaf or kept value, for views that draw it directly. */
  buffer(value: Value): GPUBuffer {
    this.#assertUsable();
    const source = this.#parts.readable.get(value.id);
    if (!source) throw new OptionError('read', `'${value.label}' was not kept: name it in compile's keep`);
    return source.buffer;
  }

  /** Resolves when all runs so far are done. */
  async finished(): Promise<void> {
    await this.context.alive(this.context.device.queue.onSubmittedWorkDone().then(() => undefined));
    this.context.assertAlive();
  }

  async #readBytes(value: Value): Promise<ArrayBuffer> {
    const buffer = this.buffer(value);
    let readback = this.#readbacks.get(value.id);
    if (!readback) {
      readback = createReadback(this.context, value.label, sizeOf(value.shape) * 4);
      this.#readbacks.set(value.id, readback);
    }
    const reading = readback.read(buffer);
    const settled = reading.then(
      () => undefined,
      () => undefined,
    );
    this.#reading.add(settled);
    void settled.then(() => this.#reading.delete(settled));
    return reading;
  }

  #assertUsable(): void {
    if (this.#disposed) throw new OptionError('plan', 'it was disposed of');
    this.context.assertAlive();
  }

  /** Frees the plan’s buffers. Weights stay while another plan uses them. */
  [dispose](): void {
    if (this.#disposed) return;
    this.#disposed = true;
    // `using plan = …; return plan.read(x)` disposes before the read has finished, so memory is freed after it.
    if (this.#reading.size > 0) void Promise.all(this.#reading).then(() => this.#free());
    else this.#free();
  }

  #free(): void {
    for (const buffer of this.#parts.owned) buffer.destroy();
    for (const readback of this.#readbacks.values()) readback.dispose();
    for (const data of this.#parts.constants) this.context.releaseConstant(data);
  }
}

function encodePass(encoder: GPUCommandEncoder, launches: readonly Launch[]): void {
  const pass = encoder.beginComputePass();
  encodeLaunches(pass, launches);
  pass.end();
}

function encodeLaunches(pass: GPUComputePassEncoder, launches: readonly Launch[]): void {
  let current: GPUComputePipeline | undefined;
  for (const { pipeline, bindGroup, groups } of launches) {
    if (pipeline !== current) {
      pass.setPipeline(pipeline);
      current = pipeline;
    }
    pass.setBindGroup(0, bindGroup);
    pass.dispatchWorkgroups(groups[0], groups[1], groups[2]);
  }
}
