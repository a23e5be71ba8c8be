// The net without what is not linear: cotangents then are weights, from a unit to any earlier layer, which hold for every picture.
// Voss et al. 2021, Visualizing Weights (Distill), "expanded weights".
import { type UnsupportedLayer, UnsupportedLayersError } from '../core/errors.js';
import { eraseOp, type Node, type Op, type Tape, type Value, type Vjp, type VjpArgs } from '../graph/tape.js';
import { op as add } from '../kernels/add/index.js';
import { op as affine } from '../kernels/affine/index.js';
import { op as avgPool } from '../kernels/avgPool/index.js';
import { type Attrs as BinaryAttrs, op as binaryOp } from '../kernels/binary/index.js';
import { op as concat } from '../kernels/concat/index.js';
import { op as conv2d } from '../kernels/conv2d/index.js';
import { op as deconv2d } from '../kernels/deconv2d/index.js';
import { op as fc } from '../kernels/fc/index.js';
import { op as lrn } from '../kernels/lrn/index.js';
import { op as lrnWithin } from '../kernels/lrnWithin/index.js';
import { op as maxPool, type Attrs as PoolAttrs } from '../kernels/maxPool/index.js';
import { type Attrs as PointwiseAttrs, op as pointwise } from '../kernels/pointwise/index.js';
import { op as prelu } from '../kernels/prelu/index.js';
import { op as relu } from '../kernels/relu/index.js';
import { selectEach } from '../kernels/select/each.js';
import { op as select } from '../kernels/select/index.js';
import { op as slice } from '../kernels/slice/index.js';
import { op as transpose } from '../kernels/transpose/index.js';
import type { AttributionRule } from '../parts/kinds.js';
import type { Scene } from '../scene/openNet.js';
import { between, traced } from './layer.js';

/** What a maximum over a window is: the window's mean, for all pictures, or the place where a given picture has it. */
export type LinearPooling = 'average' | 'switches';

const unchanged = (_: Tape, { cotangent }: VjpArgs) => ({ x: cotangent });
const factorOrUnchanged = (tape: Tape, args: VjpArgs) =>
  isScale(args.attrs as PointwiseAttrs) ? (eraseOp(pointwise).vjp?.(tape, args) ?? {}) : unchanged(tape, args);
/** As if it were the mean of its window, padding counted: each number then has the same weight wherever it is. */
const asMean = (tape: Tape, args: VjpArgs) =>
  eraseOp(avgPool).vjp?.(tape, { ...args, attrs: { ...(args.attrs as PoolAttrs), divisor: 'padded' } }) ?? {};

/** ReLUs and their kin, and local response normalization, as if they were not there; a maximum as `pooling` says. */
export function linearRule(pooling: LinearPooling): AttributionRule {
  return {
    label: `linear, ${pooling}`,
    vjps: new Map<Op, Vjp>([
      ...[eraseOp(relu), eraseOp(prelu), eraseOp(lrn), eraseOp(lrnWithin)].map((op): [Op, Vjp] => [op, unchanged]),
      [eraseOp(pointwise), factorOrUnchanged],
      ...(pooling === 'average' ? [[eraseOp(maxPool), asMean] as [Op, Vjp]] : []),
    ]),
  };
}

/** A factor and an offset. */
const isScale = ({ f, c }: PointwiseAttrs): boolean => f === 'power' && c === 1;
/** Activations that far from 0 on one side are the number itself. */
const IDENTITIES = new Set(['clip', 'elu', 'swish', 'hardSwish', 'mish', 'gelu', 'geluTanh']);

/** Linear by themselves, or passed by the rule. */
const KNOWN: ReadonlySet<Op> = new Set([
  eraseOp(add),
  eraseOp(affine),
  eraseOp(avgPool),
  eraseOp(concat),
  eraseOp(conv2d),
  eraseOp(deconv2d),
  eraseOp(fc),
  eraseOp(lrn),
  eraseOp(lrnWithin),
  eraseOp(maxPool),
  eraseOp(prelu),
  eraseOp(relu),
  eraseOp(select),
  eraseOp(selectEach),
  eraseOp(slice),
  eraseOp(transpose),
]);

/** Refuses what is neither linear nor treated as if it were, by the names of layers. @throws UnsupportedLayersError */
export function checkLinear({ tape, model, at }: Scene, from: Value, target: Value): void {
  const wrong = between(tape, from, target).filter((node) => !isKnown(node));
  if (wrong.length === 0) return;
  const layers = model.layers.flatMap(({ name }) => {
    const value = traced(tape, () => at(name));
    return value ? [{ name, id: value.id }] : [];
  });
  layers.sort((a, b) => a.id - b.id);
  throw new UnsupportedLayersError(
    'expanded weights',
    wrong.map(
      ({ op, output }): UnsupportedLayer => ({
        name: layers.find(({ id }) => id >= output.id)?.name ?? 'the unit',
        type: op.name,
      }),
    ),
    ['convolution', 'fully connected', 'pooling', 'sum', 'concatenation', 'batch normalization', 'ReLU', 'LRN'],
    'Ask about layers between which there are no others.',
  );
}

function isKnown({ op, attrs }: Node): boolean {
  if (op === eraseOp(binaryOp)) return ['add', 'sub'].includes((attrs as BinaryAttrs).f);
  if (op === eraseOp(pointwise)) return isScale(attrs as PointwiseAttrs) || IDENTITIES.has((attrs as PointwiseAttrs).f);
  return KNOWN.has(op) || op.view !== undefined;
}
