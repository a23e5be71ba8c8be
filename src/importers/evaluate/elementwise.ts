// Arithmetic, comparisons and conversions of known values, element by element with NumPy's broadcasting.
import { sizeOf } from '../../core/shape.js';
import {
  broadcast,
  broadcastIndex,
  type Call,
  type Evaluate,
  isFloat,
  type Kind,
  type Operand,
  operand,
} from './operand.js';

/** One value, number by number; the kind stays unless another is named. */
const each =
  (f: (v: number, call: Call) => number, kind?: Kind): Evaluate =>
  (call) => {
    const [x] = call.inputs;
    return (
      x &&
      operand(
        x.shape,
        kind ?? x.kind,
        Float64Array.from(x.data, (v) => f(v, call)),
      )
    );
  };

/** Several values of one shape, as far as they broadcast to one. */
function joined(inputs: readonly (Operand | undefined)[], kind: Kind, f: (values: readonly number[]) => number) {
  const known = inputs.filter((x): x is Operand => x !== undefined);
  const shape = broadcast(known.map((x) => x.shape));
  if (!shape || known.length < inputs.length) return undefined;
  const at = known.map((x) => broadcastIndex(x.shape, shape));
  const data = new Float64Array(sizeOf(shape));
  const values = Array<number>(known.length);
  for (let i = 0; i < data.length; i++) {
    for (let k = 0; k < known.length; k++) values[k] = known[k].data[at[k](i)];
    data[i] = f(values);
  }
  return operand(shape, kind, data);
}

/** Before opset 7 a value repeats only where the node says so, from an axis on. */
const isOldBroadcast = (call: Call): boolean => call.opset < 7 && call.number('broadcast', 0) !== 0 && call.has('axis');

const pairs =
  (f: (a: number, b: number, whole: boolean) => number, kind?: Kind): Evaluate =>
  (call) => {
    const [a, b] = call.inputs;
    if (!a || !b || isOldBroadcast(call)) return undefined;
    const whole = !isFloat(a.kind);
    return joined([a, b], kind ?? a.kind, ([x, y]) => f(x, y, whole));
  };

const all =
  (f: (values: readonly number[]) => number): Evaluate =>
  (call) =>
    call.inputs[0] && joined(call.inputs, call.inputs[0].kind, f);

const truth = (f: (a: number, b: number) => boolean): Evaluate => pairs((a, b) => Number(f(a, b)), 'bool');

/** A half goes to the even neighbour. */
export function roundHalfEven(v: number): number {
  const down = Math.floor(v);
  const rest = v - down;
  if (rest < 0.5) return down;
  if (rest > 0.5) return down + 1;
  return down % 2 === 0 ? down : down + 1;
}

const mod: Evaluate = (call) => {
  // As in C where `fmod` asks for it; else the result has the sign of the divisor.
  const asInC = call.number('fmod', 0) !== 0;
  return pairs((a, b) => (asInC ? a % b : a - b * Math.floor(a / b)))(call);
};

/** Abramowitz and Stegun 7.1.26 is too rough: the series, and the continued fraction where it converges faster. */
function erf(x: number): number {
  const a = Math.abs(x);
  if (a > 6) return Math.sign(x);
  if (a < 2.5) {
    let term = a;
    let sum = a;
    for (let n = 1; n < 80; n++) {
      term *= (-a * a) / n;
      sum += term / (2 * n + 1);
    }
    return (Math.sign(x) * 2 * sum) / Math.sqrt(Math.PI);
  }
  let fraction = 0;
  for (let n = 60; n > 0; n--) fraction = n / 2 / (a + fraction);
  return Math.sign(x) * (1 - Math.exp(-a * a) / (Math.sqrt(Math.PI) * (a + fraction)));
}

/** TensorProto's numbers of element types. */
const KINDS: Readonly<Record<number, Kind>> = {
  1: 'f32',
  2: 'int',
  3: 'int',
  4: 'int',
  5: 'int',
  6: 'int',
  7: 'int',
  9: 'bool',
  10: 'f32',
  11: 'f64',
  12: 'int',
  13: 'int',
  16: 'f32',
};
/** Integers of few bits wrap around. */
const NARROW: Readonly<Record<number, (v: number) => number>> = {
  2: (v) => v & 0xff,
  3: (v) => (v << 24) >> 24,
  4: (v) => v & 0xffff,
  5: (v) => (v << 16) >> 16,
  6: (v) => v | 0,
  12: (v) => v >>> 0,
};

function converted(x: Operand, kind: Kind, narrow: (v: number) => number = (v) => v): Operand {
  if (kind === 'bool') return { ...x, kind, data: Float64Array.from(x.data, (v) => Number(v !== 0)) };
  if (kind === 'int') return { ...x, kind, data: Float64Array.from(x.data, (v) => narrow(Math.trunc(v))) };
  return operand(x.shape, kind, Float64Array.from(x.data));
}

const cast: Evaluate = (call) => {
  const to = call.number('to', 1);
  const [x] = call.inputs;
  return x && to in KINDS ? converted(x, KINDS[to], NARROW[to]) : undefined;
};

const clip: Evaluate = (call) => {
  const [x, min, max] = call.inputs;
  const low = min?.data[0] ?? call.number('min', Number.NEGATIVE_INFINITY);
  const high = max?.data[0] ?? call.number('max', Number.POSITIVE_INFINITY);
  return (
    x &&
    operand(
      x.shape,
      x.kind,
      Float64Array.from(x.data, (v) => Math.min(Math.max(v, low), high)),
    )
  );
};

export const ELEMENTWISE: Readonly<Record<string, Evaluate>> = {
  Abs: each(Math.abs),
  Neg: each((v) => -v),
  Floor: each(Math.floor),
  Ceil: each(Math.ceil),
  Round: each(roundHalfEven),
  Sign: each(Math.sign),
  Sqrt: each(Math.sqrt),
  Exp: each(Math.exp),
  Log: each(Math.log),
  Sin: each(Math.sin),
  Cos: each(Math.cos),
  Tan: each(Math.tan),
  Asin: each(Math.asin),
  Acos: each(Math.acos),
  Atan: each(Math.atan),
  Sinh: each(Math.sinh),
  Cosh: each(Math.cosh),
  Tanh: each(Math.tanh),
  Erf: each(erf),
  Reciprocal: each((v) => 1 / v),
  Sigmoid: each((v) => 1 / (1 + Math.exp(-v))),
  Relu: each((v) => Math.max(v, 0)),
  LeakyRelu: each((v, call) => (v < 0 ? v * call.number('alpha', 0.01) : v)),
  Softplus: each((v) => Math.log1p(Math.exp(v))),
  Not: each((v) => Number(v === 0), 'bool'),
  IsNaN: each((v) => Number(Number.isNaN(v)), 'bool'),
  IsInf: each((v, call) => {
    const wanted = call.number(v > 0 ? 'detect_positive' : 'detect_negative', 1) !== 0;
    return Number(wanted && Math.abs(v) === Number.POSITIVE_INFINITY);
  }, 'bool'),
  Add: pairs((a, b) => a + b),
  Sub: pairs((a, b) => a - b),
  Mul: pairs((a, b) => a * b),
  Div: pairs((a, b, whole) => (whole ? Math.trunc(a / b) : a / b)),
  Mod: mod,
  Pow: pairs((a, b, whole) => (whole ? Math.trunc(a ** b) : a ** b)),
  Min: all((values) => Math.min(...values)),
  Max: all((values) => Math.max(...values)),
  Sum: all((values) => values.reduce((a, b) => a + b, 0)),
  Mean: all((values) => values.reduce((a, b) => a + b, 0) / values.length),
  And: truth((a, b) => a !== 0 && b !== 0),
  Or: truth((a, b) => a !== 0 || b !== 0),
  Xor: truth((a, b) => (a !== 0) !== (b !== 0)),
  Equal: truth((a, b) => a === b),
  Greater: truth((a, b) => a > b),
  GreaterOrEqual: truth((a, b) => a >= b),
  Less: truth((a, b) => a < b),
  LessOrEqual: truth((a, b) => a <= b),
  Where: ({ inputs: [condition, x, y] }) =>
    condition && x && y && joined([condition, x, y], x.kind, ([c, a, b]) => (c !== 0 ? a : b)),
  Clip: clip,
  Cast: cast,
  CastLike: ({ inputs: [x, like] }) => x && like && converted(x, like.kind),
};
