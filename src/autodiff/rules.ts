// Alternative backward rules. They are passed to `grad` as a value, so they change no op and no model.
import type { Op, Vjp } from '../graph/tape.js';
import { op as lrn } from '../kernels/lrn/index.js';
import { op as lrnWithin } from '../kernels/lrnWithin/index.js';
import { type ReluRule, op as relu, dx as reluDx } from '../kernels/relu/index.js';

export interface RuleOptions {
  /** Cotangents pass LRN unchanged (`deconv_ignore` of the toolbox's Caffe). Default: the true derivative. */
  readonly ignoreLrn?: boolean;
}

/**
 * How cotangents pass nonlinearities. `gradient` is the derivative. `deconv` is Zeiler & Fergus's deconvnet (2013): ReLU of the
 * cotangent, without the forward sign. `guided` is Springenberg et al.'s guided backpropagation (2014): both. All other ops use
 * their normal gradient; max pooling passes the cotangent to its maximum.
 */
export function backwardRules(rule: ReluRule, options: RuleOptions = {}): ReadonlyMap<Op, Vjp> {
  const rules = new Map<Op, Vjp>();
  if (rule !== 'gradient') {
    rules.set(relu, (tape, { output, cotangent, attrs }) => ({
      x: tape.apply(reluDx, { f: output, dy: cotangent }, { slope: slopeOf(attrs), rule }),
    }));
  }
  if (options.ignoreLrn) {
    for (const op of [lrn, lrnWithin]) rules.set(op, (_, { cotangent }) => ({ x: cotangent }));
  }
  return rules;
}

/** The rule receives the node's own attributes, which a map over all ops cannot type. */
function slopeOf(attrs: unknown): number {
  return typeof attrs === 'object' && attrs !== null && 'slope' in attrs && typeof attrs.slope === 'number'
    ? attrs.slope
    : 0;
}
