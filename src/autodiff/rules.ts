// Alternative backward rules, passed to `grad` as a value: no op and no model is changed by them.
import type { Op, Vjp } from '../graph/tape.js';
import { op as lrn } from '../kernels/lrn/index.js';
import { op as lrnWithin } from '../kernels/lrnWithin/index.js';
import { type ReluRule, op as relu, dx as reluDx } from '../kernels/relu/index.js';

export interface RuleOptions {
  /** Let cotangents pass LRN unchanged (`deconv_ignore` of the toolbox's Caffe); default is the true derivative. */
  readonly ignoreLrn?: boolean;
}

/**
 * How cotangents pass nonlinearities: `gradient` is the derivative, `deconv` Zeiler & Fergus's deconvnet (2013:
 * ReLU of the cotangent, forward sign ignored), `guided` Springenberg et al.'s guided backpropagation (2014: both).
 * All else goes backward as usual, max pooling through its switches.
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

/** The rule is called with the node's own attributes, which a map over all ops cannot type. */
function slopeOf(attrs: unknown): number {
  return typeof attrs === 'object' && attrs !== null && 'slope' in attrs && typeof attrs.slope === 'number'
    ? attrs.slope
    : 0;
}
