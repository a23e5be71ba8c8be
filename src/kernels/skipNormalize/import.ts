// Normalization of a sum in files that ONNX Runtime has optimized.
import { type BatchRule, together } from '../../graph/batch.js';
import { type OnnxRule, refuse, type WeightSource } from '../../graph/importing.js';
import { filled } from '../../graph/lazyWeights.js';
import type { Attrs } from './index.js';

const NONE: WeightSource = { key: 'none', tensor: filled([1], 0) };

/** Which inputs the file has after the first three, and which of its outputs is the sum. */
const rule =
  (kind: Attrs['kind'], names: readonly ('bias' | 'added')[]): OnnxRule =>
  (node) => {
    const statistics = node.outputs.slice(1, 3).find((name) => name !== '');
    if (statistics)
      return refuse(`its statistics are read ('${statistics}'); the normalized value and the sum are supported`);
    const inputs = node.inputs.slice(0, 3);
    const weights: Record<string, WeightSource> = {};
    for (const slot of ['bias', 'added'] as const) {
      const name = names.includes(slot) ? node.inputs[3 + names.indexOf(slot)] : '';
      if (name) inputs.push(name);
      else weights[slot] = NONE;
    }
    const draft = (output: Attrs['output']) => ({
      attrs: { kind, eps: node.number('epsilon', 1e-5), output },
      inputs,
      weights,
    });
    const sum = draft('sum');
    return node.outputs.length > 3 ? [draft('value'), sum, sum, sum] : [draft('value')];
  };
export const onnx = {
  'com.microsoft::SkipLayerNormalization': rule('standard', ['bias', 'added']),
  'com.microsoft::SkipSimplifiedLayerNormalization': rule('rms', ['added']),
};

/** Caffe has none. */
export const caffe = {};

export const batch: BatchRule<'x' | 'skip' | 'scale' | 'bias' | 'added', Attrs> = (args) => {
  const found = together(args);
  return found && found.at.axis < args.output.length - 1 ? found : undefined;
};
