// Layer-wise relevance propagation as a rule of the way back: what travels is no cotangent but relevance, which each layer hands to its
// inputs in shares of what they put into its output. Bach et al. 2015, §2.3; for the ways to share, Montavon et al. 2019.
import { type UnsupportedLayer, UnsupportedLayersError } from '../core/errors.js';
import { eraseOp, type Node, type Op, type Tape, type Value, type Vjp, type VjpArgs } from '../graph/tape.js';
import { op as add } from '../kernels/add/index.js';
import { op as affine } from '../kernels/affine/index.js';
import { op as avgPool } from '../kernels/avgPool/index.js';
import { type Attrs as BinaryAttrs, binary, op as binaryOp } from '../kernels/binary/index.js';
import { op as concat } from '../kernels/concat/index.js';
import { op as conv2d } from '../kernels/conv2d/index.js';
import { op as fc } from '../kernels/fc/index.js';
import { op as lrn } from '../kernels/lrn/index.js';
import { op as lrnWithin } from '../kernels/lrnWithin/index.js';
import { op as maxPool } from '../kernels/maxPool/index.js';
import { type Attrs as PointwiseAttrs, pointwise, op as pointwiseOp } from '../kernels/pointwise/index.js';
import { op as prelu } from '../kernels/prelu/index.js';
import { type RangeAttrs, range } from '../kernels/reduction/index.js';
import { op as relu } from '../kernels/relu/index.js';
import { alongAxis } from '../kernels/resample/index.js';
import { selectEach } from '../kernels/select/each.js';
import { op as select } from '../kernels/select/index.js';
import { op as slice } from '../kernels/slice/index.js';
import { op as transpose } from '../kernels/transpose/index.js';
import type { AttributionRule } from '../parts/kinds.js';
import type { Scene } from '../scene/openNet.js';
import { between, traced } from './layer.js';

/** How a layer of weights shares its relevance among its inputs. */
export type LrpRule =
  /** By what each puts into the output z, with ε added to |z|: Bach et al. 2015, eq. 58. */
  | { readonly kind: 'epsilon'; readonly epsilon: number }
  /** α by positive parts, 1 − α by negative ones: Bach et al. 2015, eq. 60. With α = 1 the z⁺ rule. */
  | { readonly kind: 'alphaBeta'; readonly alpha: number };

/** How all layers share. */
export interface LrpRules {
  /** The rule of a convolution or a fully connected layer, by its output. */
  rule(output: Value, isConvolution: boolean): LrpRule;
  /** Whether biases take their share, which is then missing at the picture, or none. */
  readonly biases: boolean;
}

/** Ops whose own gradient moves relevance as it is. */
const MOVE: ReadonlySet<Op> = new Set([
  eraseOp(maxPool),
  eraseOp(concat),
  eraseOp(slice),
  eraseOp(transpose),
  eraseOp(select),
  eraseOp(selectEach),
]);

/** Ops that act on each number for itself, or nearly: activations, normalizations. */
const ALONE: readonly Op[] = [
  eraseOp(relu),
  eraseOp(prelu),
  eraseOp(lrn),
  eraseOp(lrnWithin),
  eraseOp(affine),
  eraseOp(pointwiseOp),
];
const unchanged: Vjp = (_, { cotangent }) => ({ x: cotangent });

/** The rule of the way back that hands on relevance. Start it with the target itself, not with 1. */
export function lrpRule(rules: LrpRules): AttributionRule {
  const weighed = (op: Op, isConvolution: boolean): readonly [Op, Vjp] => [
    op,
    (tape, args) => shared(tape, op, args, rules.rule(args.output, isConvolution), rules.biases),
  ];
  const proportional = (op: Op): readonly [Op, Vjp] => [
    op,
    (tape, args) => {
      const { inputs, output, cotangent, needs } = args;
      const share = quotient(tape, cotangent, output, TINY);
      const parts: Readonly<Record<string, Value | undefined>> = op.vjp?.(tape, { ...args, cotangent: share }) ?? {};
      return Object.fromEntries(
        Object.entries(parts).flatMap(([name, part]) =>
          part && needs[name] ? [[name, binary(tape, 'mul', inputs[name], part)]] : [],
        ),
      );
    },
  ];
  return {
    label: 'lrp',
    vjps: new Map<Op, Vjp>([
      weighed(eraseOp(conv2d), true),
      weighed(eraseOp(fc), false),
      ...[eraseOp(add), eraseOp(avgPool), eraseOp(binaryOp), eraseOp(range), eraseOp(alongAxis)].map(proportional),
      ...ALONE.map((op): [Op, Vjp] => [op, unchanged]),
    ]),
  };
}

/** Refuses what would not hand on relevance, by the names of the layers. @throws UnsupportedLayersError */
export function checkRelevance({ tape, model, image, at }: Scene, target: Value, rule: AttributionRule): void {
  const { vjps } = rule;
  const has = (op: Op) => typeof vjps !== 'function' && vjps.has(op);
  const wrong = between(tape, image, target).filter((node) => !((has(node.op) && isShared(node)) || moves(node.op)));
  if (wrong.length === 0) return;
  const names = model.layers
    .flatMap(({ name }) => {
      const value = traced(tape, () => at(name));
      return value ? [{ name, id: value.id }] : [];
    })
    .sort((a, b) => a.id - b.id);
  throw unsupported(
    wrong.map(({ op, output }) => ({
      name: names.find(({ id }) => id >= output.id)?.name ?? 'the target',
      type: op.name,
    })),
  );
}

const unsupported = (layers: readonly UnsupportedLayer[]): UnsupportedLayersError =>
  new UnsupportedLayersError(
    'lrp',
    layers,
    [
      'convolution',
      'fully connected',
      'pooling',
      'mean',
      'resizing',
      'sum',
      'concatenation',
      'normalization by running statistics',
      'ReLU',
      'LRN',
    ],
    'Explain a unit before them, such as a class by its score before the softmax.',
  );

const moves = (op: Op): boolean => MOVE.has(op) || op.view !== undefined;

/** Whether the attributes of an op that has a rule are those that the rule is for. */
function isShared({ op, attrs }: Node): boolean {
  if (op === eraseOp(binaryOp)) return ['add', 'sub'].includes((attrs as BinaryAttrs).f);
  // A sum, not a maximum.
  if (op === eraseOp(range)) return !(attrs as RangeAttrs).max;
  if (op !== eraseOp(pointwiseOp)) return true;
  const { f, b, c } = attrs as PointwiseAttrs;
  // Activations, and a factor.
  return (
    ['clip', 'elu', 'swish', 'hardSwish', 'mish', 'gelu', 'geluTanh'].includes(f) ||
    (f === 'power' && b === 0 && c === 1)
  );
}

/** What a layer of weights hands to x. */
function shared(tape: Tape, op: Op, args: VjpArgs, rule: LrpRule, biases: boolean): { readonly x?: Value } {
  const { inputs, output, cotangent: relevance, attrs, needs } = args;
  // They would have to get a share of their own.
  if (needs.w || needs.b) throw unsupported([{ name: 'its weights depend on the picture', type: op.name }]);
  const { x, w } = inputs;
  const none = tape.constant('no bias', inputs.b.shape, new Float32Array(inputs.b.shape[0]));
  const b = biases ? inputs.b : none;
  const back = (weights: Value, share: Value): Value => {
    const { x: dx } =
      op.vjp?.(tape, {
        ...args,
        inputs: { x, w: weights, b },
        cotangent: share,
        needs: { x: true, w: false, b: false },
      }) ?? {};
    return dx ?? x;
  };
  const times = (a: Value, c: Value) => binary(tape, 'mul', a, c);
  const plus = (a: Value, c: Value) => binary(tape, 'add', a, c);
  if (rule.kind === 'epsilon') {
    const z = biases ? output : tape.apply(op, { x, w, b }, attrs);
    return { x: times(x, back(w, quotient(tape, relevance, z, rule.epsilon))) };
  }
  const [xs, ws, bs] = [x, w, b].map((v) => ({
    up: pointwise(tape, v, 'clip', { a: 0, b: GREATEST }),
    down: pointwise(tape, v, 'clip', { a: -GREATEST, b: 0 }),
  }));
  /** Shares by the products of one sign: those of equal signs are positive. */
  const partOf = (same: 'up' | 'down', other: 'up' | 'down', factor: number): Value => {
    const z = plus(
      tape.apply(op, { x: xs.up, w: ws[same], b: bs[same] }, attrs),
      tape.apply(op, { x: xs.down, w: ws[other], b: none }, attrs),
    );
    const share = quotient(tape, pointwise(tape, relevance, 'power', { a: factor }), z, 0);
    return plus(times(xs.up, back(ws[same], share)), times(xs.down, back(ws[other], share)));
  };
  const positive = partOf('up', 'down', rule.alpha);
  return { x: rule.alpha === 1 ? positive : plus(positive, partOf('down', 'up', 1 - rule.alpha)) };
}

/** ε of layers without weights, such as sums and averages: as much as keeps a sum that is nearly zero from being divided by. */
const TINY = 1e-6;
/** The greatest f32: a clip at it keeps every number. */
const GREATEST = 3.4028234663852886e38;

/** `R / (z + ε·sign z)`, with the sign of 0 positive; 0 where that is 0. */
function quotient(tape: Tape, relevance: Value, z: Value, epsilon: number): Value {
  const zero = tape.constant('zero', [1], new Float32Array(1));
  const sign = binary(tape, 'greaterEqual', z, zero);
  const below = binary(tape, 'add', z, pointwise(tape, sign, 'power', { a: 2 * epsilon, b: -epsilon }));
  const isZero = pointwise(tape, below, 'not');
  const safe = binary(tape, 'add', below, isZero);
  return binary(tape, 'mul', binary(tape, 'div', relevance, safe), pointwise(tape, isZero, 'not'));
}
