// The vocabulary everyone imports: values, params, ops and the tape they are written on.
//
// A tape is a straight-line program in SSA form: every op appends one node with one output, and nothing is ever
// changed. It knows no GPU, so that autodiff and shape rules are pure functions that tests can call directly.
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

/** A number known now, or one that can be set later. */
export type Scalar = number | Param;

/** One kernel launch, in terms of values. */
export interface Dispatch {
  readonly kernel: Kernel;
  readonly buffers: Readonly<Record<string, Value>>;
  /** Elements of a buffer that are bound, `[start, length]`, where it is not all of the value. */
  readonly ranges: Readonly<Record<string, readonly [start: number, length: number]>>;
  readonly uniforms: Readonly<Record<string, Scalar>>;
  readonly constants: Readonly<Record<string, number>>;
  /** Invocations wanted per axis; the plan alone turns them into workgroups and folds long ones. */
  readonly threads: readonly [x: number, y: number, z: number];
}

/** What an op sees when it is turned into dispatches. */
export interface Lowering<I extends string = string, A = unknown> {
  readonly inputs: Named<I, Value>;
  readonly output: Value;
  readonly attrs: A;
  readonly device: DeviceTraits;
  /** Which of the op's variants is wanted; empty for an op that has none. */
  readonly variant: string;
  /** Set for a placeable op: the map, and the channel from which on its output is to be written there. */
  readonly place?: Place;
  /** True for an input that its producer has already written where this op's output has it. */
  isPlaced(input: Value): boolean;
  /** Memory that lives only while this op runs. */
  scratch(spec: Spec): Value;
}

/** Channels of a larger map `[N, C, H, W]`. */
export interface Place {
  readonly into: Value;
  readonly start: number;
}

/** What an op sees when it is differentiated. */
export interface VjpArgs<I extends string = string, A = unknown> {
  readonly inputs: Named<I, Value>;
  readonly output: Value;
  /** ∂loss/∂output, of the output's shape. */
  readonly cotangent: Value;
  readonly attrs: A;
  /** Which inputs are wanted: with frozen weights `needs.w` is false and dw never runs. */
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
  /** For an op made of others: puts them on the tape in its place, so that it needs neither kernels nor a gradient. */
  expand?(tape: Tape, inputs: Named<I, Value>, attrs: A): Value;
  /** Backward, in ops; absent where the op has no gradient. */
  vjp?(tape: Tape, args: VjpArgs<I, A>): { readonly [P in I]?: Value };
  /**
   * An equal value in other ops, chosen for a device: packed weights, a faster kernel. Called on the finished tape;
   * `isConstant` tells which inputs never change, so that work on them runs once per plan and not once per step.
   */
  specialize?(tape: Tape, args: SpecializeArgs<I, A>): Value | undefined;
  /** How to make a window of the output alone; absent where the whole input is needed for any of it. */
  readonly window?: Windowed<I, A>;
  /** The input whose memory the output is, for ops that only rename: reshape, dropout at inference. */
  readonly view?: I;
  /** The attributes that make this op apply `epilogue` to its own output, if it can. */
  fuse?(attrs: A, epilogue: Epilogue): A | undefined;
  /** How the producer of input `through` could do this op's work on its own output. */
  asEpilogue?(attrs: A, through: I): Epilogue | undefined;
  /** True for an op that can write its output into channels of a larger map, where `lower` is told `place`. */
  placeable?(attrs: A): boolean;
  /** The ways in which `lower` can do it on a device, the one that is best as a rule first; see tune.ts. */
  variants?(args: Pick<SpecializeArgs<I, A>, 'inputs' | 'attrs' | 'device'>): readonly string[];
  /** True where the op joins maps `[N, C, H, W]` along their channels, so that they may be written in place. */
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

/** Pointwise work that a producer may absorb. `with` names the op's other input, which the producer then takes too. */
export type Epilogue =
  | { readonly kind: 'relu'; readonly slope: number }
  /** Its output plus `with`, taken as input `addend`. */
  | { readonly kind: 'add'; readonly with: string }
  /** A ReLU's backward rule, by the sign of `with`, taken as input `gate`. */
  | {
      readonly kind: 'gate';
      readonly with: string;
      readonly slope: number;
      readonly rule: 'gradient' | 'deconv' | 'guided';
    };

/** The node that made a value, where there is one. */
export type Producer = (value: Value) => Node | undefined;

export interface SpecializeArgs<I extends string = string, A = unknown> {
  readonly inputs: Named<I, Value>;
  readonly attrs: A;
  readonly device: DeviceTraits;
  isConstant(value: Value): boolean;
  readonly producer: Producer;
  /** Nodes so far that read a value. */
  users(value: Value): readonly Node[];
  /** The node that made a value, as it was before it was specialized, and how many nodes and results read it. */
  origin(value: Value): (Node & { readonly uses: number }) | undefined;
}

/** Declares an op. Attributes are inferred from `infer`. */
export function defineOp<I extends string, A>(op: Op<I, A>): Op<I, A> {
  return op;
}

/**
 * Declares an op that is made of others. Where it is applied, `expand` puts those on the tape; its gradient is theirs, and
 * what it infers is what they infer.
 */
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

/** A launch of `kernel`; a misspelt buffer, a missing uniform or an unknown constant does not compile. */
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
  /** True for data that never changes; its consumers run once per plan where nothing else changes. */
  readonly isConstant?: true;
  /** A constant's numbers. They may be made when they are first read, so read them where they are used. */
  readonly data?: Float32Array | Uint32Array;
  /** Rows appended so far wrap around here; set for logs. */
  readonly log?: { readonly row: Value; readonly capacity: number };
}

export interface Node {
  readonly op: Op;
  readonly attrs: unknown;
  readonly inputs: Readonly<Record<string, Value>>;
  readonly output: Value;
}

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
   * Data that never changes: weights, a mean image. Plans with the same array share one upload. A function is called when a
   * plan needs the numbers, and once.
   */
  constant(label: string, shape: Shape, data: Float32Array | Uint32Array | (() => Float32Array)): Value;
  param(label: string, type: UniformType, initial: number): Param;
  /** Appends a node. @throws ShapeError */
  apply<I extends string, A>(op: Op<I, A>, inputs: Named<I, Value>, attrs: A): Value;
  /** At the end of each step `leaf` takes the value of `next`: state without aliasing. */
  assign(leaf: Value, next: Value): void;
  /** At the end of step i, `row` is copied into row i mod `capacity` of the returned leaf: a trace without readback. */
  log(label: string, row: Value, capacity: number): Value;
}

/** An empty tape, or one with the leaves and params of `from` and no nodes, for a pass to rewrite it into. */
export function createTape(from?: Tape): Tape {
  const leaves: Leaf[] = [...(from?.leaves ?? [])];
  const params: Param[] = [...(from?.params ?? [])];
  const nodes: Node[] = [];
  const assigns: { leaf: Value; next: Value }[] = [];
  let ids = from ? from.nextId() : 0;
  /** Only a constant has no elements (`least` 0), and what is made of one. */
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

/** Forgets an op's input names and attribute type; the tape pairs each op with inputs and attributes that fit it. */
export function eraseOp<I extends string, A>(op: Op<I, A>): Op {
  return op as unknown as Op;
}

/** The inputs of a variadic op: `x0, x1, …`. */
export function variadic<T>(values: readonly T[]): Record<string, T> {
  return Object.fromEntries(values.map((v, i) => [`x${i}`, v]));
}
