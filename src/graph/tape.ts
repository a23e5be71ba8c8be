// The core vocabulary: values, params, ops, and the tape that contains them.
//
// A tape is a straight-line program in SSA form: every op appends one node with one output, and values never change. A tape
// knows no GPU, so autodiff and shape rules are pure functions that tests can call directly.
import { ShapeError } from '../core/errors.js';
import { formatShape, type Named, type Shape, type Spec, sizeOf } from '../core/shape.js';
import type { DeviceTraits } from '../gpu/context.js';
import type { Kernel, UniformType } from '../gpu/kernel.js';
import type { Windowed } from './windows.js';

/** An SSA name. It owns no memory: the plan decides where it lives. */
export interface Value extends Spec {
  readonly id: number;
  readonly label: string;
}

/** A uniform that may change between runs without recompiling: a step size, a slider, a unit's channel. */
export interface Param {
  readonly id: number;
  readonly label: string;
  readonly type: UniformType;
  readonly initial: number;
}

/** A constant number, or one that can be set later. */
export type Scalar = number | Param;

/** One kernel launch, in terms of values. */
export interface Dispatch {
  readonly kernel: Kernel;
  readonly buffers: Readonly<Record<string, Value>>;
  /** The bound elements of a buffer, `[start, length]`, if not the whole value is bound. */
  readonly ranges: Readonly<Record<string, readonly [start: number, length: number]>>;
  readonly uniforms: Readonly<Record<string, Scalar>>;
  readonly constants: Readonly<Record<string, number>>;
  /** Invocations per axis. The plan turns them into workgroups and folds long launches. */
  readonly threads: readonly [x: number, y: number, z: number];
}

/** What `lower` knows. */
export interface Lowering<I extends string = string, A = unknown> {
  readonly inputs: Named<I, Value>;
  readonly output: Value;
  readonly attrs: A;
  readonly device: DeviceTraits;
  /** The chosen variant of the op; empty for an op without variants. */
  readonly variant: string;
  /** For a placeable op: write the output into this map, from this channel on. */
  readonly place?: Place;
  /** True for an input that its producer has already written into this op's output. */
  isPlaced(input: Value): boolean;
  /** Memory that lives only while this op runs. */
  scratch(spec: Spec): Value;
}

/** A range of channels in a larger map `[N, C, H, W]`. */
export interface Place {
  readonly into: Value;
  readonly start: number;
}

/** What `vjp` knows. */
export interface VjpArgs<I extends string = string, A = unknown> {
  readonly inputs: Named<I, Value>;
  readonly output: Value;
  /** ∂loss/∂output, of the output's shape. */
  readonly cotangent: Value;
  readonly attrs: A;
  /** The inputs that need a gradient. With frozen weights `needs.w` is false, and dw never runs. */
  readonly needs: Named<I, boolean>;
}

/** Vector-Jacobian product: the cotangent of each needed input, written in ops. */
export type Vjp<I extends string = string, A = unknown> = Op<I, A>['vjp'];

/** One kind of computation. Methods are declared as methods so that `Op<'x', Attrs>` is an `Op`. */
export interface Op<I extends string = string, A = unknown> {
  readonly name: string;
  /** Input names in order. A variadic op has `[]` and takes `x0, x1, …`. */
  readonly inputs: readonly I[];
  /** The output's spec; the only place where shape errors are thrown. */
  infer(inputs: Named<I, Spec>, attrs: A): Spec;
  /** Multiply-accumulates, from inputs and output; absent where there are no products. */
  macs?(inputs: Named<I, Spec>, output: Spec): number;
  /** Turns the op into kernel launches. */
  lower(lowering: Lowering<I, A>): readonly Dispatch[];
  /** For a macro: puts other ops on the tape instead. It then needs neither kernels nor a gradient. */
  expand?(tape: Tape, inputs: Named<I, Value>, attrs: A): Value;
  /** Backward, in ops; absent where the op has no gradient. */
  vjp?(tape: Tape, args: VjpArgs<I, A>): { readonly [P in I]?: Value };
  /**
   * Returns an equal value in other ops, chosen for a device: packed weights, a faster kernel. Called on the finished tape.
   * `isConstant` tells which inputs never change, so work on them runs once per plan, not once per step.
   */
  specialize?(tape: Tape, args: SpecializeArgs<I, A>): Value | undefined;
  /** How to compute only a window of the output; absent if any part of the output needs the whole input. */
  readonly window?: Windowed<I, A>;
  /** The input whose memory the output shares, for ops that only rename: reshape, dropout at inference. */
  readonly view?: I;
  /** The attributes that make this op apply `epilogue` to its own output; undefined if it cannot. */
  fuse?(attrs: A, epilogue: Epilogue): A | undefined;
  /** This op's work as an epilogue for the producer of input `through`. */
  asEpilogue?(attrs: A, through: I): Epilogue | undefined;
  /** True for an op that can write its output into channels of a larger map. `lower` then receives `place`. */
  placeable?(attrs: A): boolean;
  /** The ways in which `lower` can compute the op on a device. The first is usually best; see tune.ts. */
  variants?(args: Pick<SpecializeArgs<I, A>, 'inputs' | 'attrs' | 'device'>): readonly string[];
  /** True if the op concatenates maps `[N, C, H, W]` along their channels, so that producers may write in place. */
  joinsChannels?(attrs: A): boolean;
  /** Along which axis the output has its channels, where the op decides it. Absent: where its inputs have them. */
  channelAxis?(args: ChannelArgs<I, A>): number | undefined;
  /** True where the gradient is exactly zero over a range of inputs, as a ReLU's is. */
  rectifies?(attrs: A): boolean;
  /** True for an op that a rectifier's zeros go through, as they go through a pooling: no weights mix them with other numbers. */
  readonly passesZeros?: true;
}

/** What an op sees when it is asked for the axis of its channels. */
export interface ChannelArgs<I extends string = string, A = unknown> {
  readonly inputs: Named<I, Value>;
  readonly output: Value;
  readonly attrs: A;
  /** The axis of an input's channels, where it is known. */
  axisOf(value: Value): number | undefined;
  /** True for weights, and for what is made of weights alone. */
  isFixed(value: Value): boolean;
}

/**
 * Elementwise work that a producer may take over. `with` names the op's other input, which becomes an input of the producer.
 */
export type Epilogue =
  | { readonly kind: 'relu'; readonly slope: number }
  /** Adds `with`, which becomes input `addend`. */
  | { readonly kind: 'add'; readonly with: string }
  /** Lets through what its gate is open for: `with` opens it, which becomes input `gate`. */
  | { readonly kind: 'gate'; readonly with: string; readonly gate: Gate };

/**
 * What is let through on the way back: first `max(v, 0)` with `clamp`, then with `mask` `v` where a forward value is above 0 and
 * `slope · v` elsewhere. The derivative of a ReLU is a mask, deconvnet's rule a clamp, guided backpropagation both.
 */
export interface Gate {
  readonly mask: boolean;
  readonly clamp: boolean;
  readonly slope: Scalar;
}

/** The node that computes a value, if any. */
export type Producer = (value: Value) => Node | undefined;

/** What `specialize` knows. */
export interface SpecializeArgs<I extends string = string, A = unknown> {
  readonly inputs: Named<I, Value>;
  readonly attrs: A;
  readonly device: DeviceTraits;
  /** True if the value depends on constants alone. */
  isConstant(value: Value): boolean;
  readonly producer: Producer;
  /** The nodes so far that read a value. */
  users(value: Value): readonly Node[];
  /** The node that computed a value before specialization, and the number of nodes and results that read it. */
  origin(value: Value): (Node & { readonly uses: number }) | undefined;
}

/** Declares an op. Attributes are inferred from `infer`. */
export function defineOp<I extends string, A>(op: Op<I, A>): Op<I, A> {
  return op;
}

/** Declares an op that consists of other ops. `expand` puts these on the tape; gradient and shape are theirs. */
export function defineMacro<I extends string, A>(macro: {
  readonly name: string;
  readonly inputs: readonly I[];
  expand(tape: Tape, inputs: Named<I, Value>, attrs: A): Value;
  readonly passesZeros?: true;
}): Op<I, A> {
  return {
    ...macro,
    infer(specs, attrs) {
      const scratch = createTape();
      const names: I[] = Object.keys(specs) as I[];
      const leaves = Object.fromEntries(names.map((name) => [name, scratch.leaf(name, specs[name])]));
      const { shape, dtype } = macro.expand(scratch, leaves as Named<I, Value>, attrs);
      return { shape, dtype };
    },
    lower() {
      throw new ShapeError(macro.name, 'internal: it is made of others before it is lowered');
    },
  };
}

/** A launch of `kernel`. A misspelt buffer, a missing uniform or an unknown constant is a type error. */
export function dispatch<B extends string, U extends string, C extends string>(
  kernel: Kernel<B, U, C>,
  call: {
    readonly buffers: Named<B, Value>;
    readonly ranges?: { readonly [P in B]?: readonly [start: number, length: number] };
    readonly uniforms: Named<U, Scalar>;
    readonly constants?: Named<C, number>;
    readonly threads: readonly [x: number, y?: number, z?: number];
  } & ([C] extends [never] ? unknown : { readonly constants: Named<C, number> }),
): Dispatch {
  const [x, y = 1, z = 1] = call.threads;
  return {
    kernel,
    buffers: call.buffers,
    ranges: { ...call.ranges },
    uniforms: call.uniforms,
    constants: call.constants ?? {},
    threads: [x, y, z],
  };
}

/** Memory that outlives a step: an input, a constant, or state carried from one run to the next. */
export interface Leaf {
  readonly value: Value;
  /** True for data that never changes. Ops that depend only on constants run once per plan. */
  readonly isConstant?: true;
  /** A constant's numbers. They may be computed when first read, so read them only where you use them. */
  readonly data?: Float32Array | Uint32Array;
  /** Set for logs: after `capacity` rows, writing starts again at the first row. */
  readonly log?: { readonly row: Value; readonly capacity: number };
}

/** One application of an op: what computes a value from others. */
export interface Node {
  readonly op: Op;
  readonly attrs: unknown;
  readonly inputs: Readonly<Record<string, Value>>;
  readonly output: Value;
}

/** A straight-line program: values, the ops that compute them, and the memory that outlives a step. */
export interface Tape {
  readonly leaves: readonly Leaf[];
  readonly params: readonly Param[];
  readonly nodes: readonly Node[];
  readonly assigns: readonly { readonly leaf: Value; readonly next: Value }[];
  /** The id that the next value will have. */
  nextId(): number;
  /** Memory the caller writes, zero at first: an image, a seed, optimizer state. */
  leaf(label: string, spec: Spec): Value;
  /**
   * Data that never changes: weights, a mean image. Plans with the same array share one upload. A function is called once, when
   * a plan needs the numbers.
   */
  constant(label: string, shape: Shape, data: Float32Array | Uint32Array | (() => Float32Array)): Value;
  /** A uniform of 4 bytes that `Plan.set` can change between runs; `label` names it in messages. */
  param(label: string, type: UniformType, initial: number): Param;
  /** Appends a node. @throws ShapeError */
  apply<I extends string, A>(op: Op<I, A>, inputs: Named<I, Value>, attrs: A): Value;
  /** At the end of each step `leaf` takes the value of `next`. This gives state without aliasing. */
  assign(leaf: Value, next: Value): void;
  /**
   * At the end of step i, `row` is copied into row i mod `capacity` of the returned leaf. This records a curve without
   * readback.
   */
  log(label: string, row: Value, capacity: number): Value;
}

/** An empty tape; or, for a pass to fill, one with the leaves and params of `from` and no nodes. */
export function createTape(from?: Tape): Tape {
  const leaves: Leaf[] = [...(from?.leaves ?? [])];
  const params: Param[] = [...(from?.params ?? [])];
  const nodes: Node[] = [];
  const assigns: { leaf: Value; next: Value }[] = [];
  let ids = from ? from.nextId() : 0;
  /** `least` is 0 for constants and values made of constants: only these may have no elements. */
  const value = (label: string, spec: Spec, least: 0 | 1 = 1): Value => {
    if (spec.shape.some((dim) => !Number.isInteger(dim) || dim < least)) {
      throw new ShapeError(label, `every dimension must be a positive integer, got ${formatShape(spec.shape)}`);
    }
    return { id: ids++, label, shape: spec.shape, dtype: spec.dtype };
  };

  const tape: Tape = {
    leaves,
    params,
    nodes,
    assigns,
    nextId: () => ids,
    leaf(label, spec) {
      const leaf = value(label, spec);
      leaves.push({ value: leaf });
      return leaf;
    },
    constant(label, shape, data) {
      const leaf = value(label, { shape, dtype: data instanceof Uint32Array ? 'u32' : 'f32' }, 0);
      const checked = <T extends Float32Array | Uint32Array>(numbers: T): T => {
        const size = sizeOf(shape);
        if (numbers.length === size) return numbers;
        throw new ShapeError(label, `${formatShape(shape)} has ${size} elements, the data has ${numbers.length}`);
      };
      let made = typeof data === 'function' ? undefined : checked(data);
      leaves.push({
        value: leaf,
        isConstant: true,
        get data() {
          made ??= checked(typeof data === 'function' ? data() : data);
          return made;
        },
      });
      return leaf;
    },
    param(label, type, initial) {
      const param: Param = { id: ids++, label, type, initial };
      params.push(param);
      return param;
    },
    apply(op, inputs, attrs) {
      if (op.expand) return op.expand(tape, inputs, attrs);
      const read: readonly Value[] = Object.values(inputs);
      const output = value(op.name, op.infer(inputs, attrs), read.some(({ shape }) => sizeOf(shape) === 0) ? 0 : 1);
      nodes.push({ op: eraseOp(op), attrs, inputs, output });
      return output;
    },
    assign(leaf, next) {
      if (!leaves.some((l) => l.value.id === leaf.id && !l.isConstant)) {
        throw new ShapeError('assign', `'${leaf.label}' is not a leaf of this tape`);
      }
      if (sizeOf(leaf.shape) !== sizeOf(next.shape) || leaf.dtype !== next.dtype) {
        const show = (v: Value) => `${v.dtype} ${formatShape(v.shape)}`;
        throw new ShapeError('assign', `'${leaf.label}' is ${show(leaf)}, the next value is ${show(next)}`);
      }
      assigns.push({ leaf, next });
    },
    log(label, row, capacity) {
      const leaf = value(label, { shape: [capacity, ...row.shape], dtype: row.dtype });
      leaves.push({ value: leaf, log: { row, capacity } });
      return leaf;
    },
  };
  return tape;
}

/** Erases an op's input names and attribute type. The tape guarantees that inputs and attributes fit the op. */
export function eraseOp<I extends string, A>(op: Op<I, A>): Op {
  return op as unknown as Op;
}

/** The inputs of a variadic op: `x0, x1, …`. */
export function variadic<T>(values: readonly T[]): Record<string, T> {
  return Object.fromEntries(values.map((v, i) => [`x${i}`, v]));
}
