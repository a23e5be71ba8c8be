// Attention in ONNX files, and ONNX Runtime's MultiHeadAttention where it is the same.
import type { BatchRule } from '../../graph/batch.js';
import { type Draft, type OnnxNode, type OnnxRule, refuse, type WeightSource } from '../../graph/importing.js';
import { filled } from '../../graph/lazyWeights.js';
import type { Attrs } from './index.js';

const NONE: WeightSource = { key: 'none', tensor: filled([1], 0) };

/** A scale of 0 stands for the default in ONNX Runtime. */
const scaleOf = (node: OnnxNode) => {
  const scale = node.number('scale', 0);
  return scale === 0 ? {} : { scale };
};

/** −1 stands for all keys. */
function windowOf(node: OnnxNode, causal: boolean): Pick<Attrs, 'before' | 'after'> {
  const [left, right] = [node.number('left_window_size', -1), node.number('right_window_size', -1)];
  return {
    ...(left >= 0 && { before: left }),
    ...(causal ? { after: 0 } : right >= 0 && { after: right }),
  };
}

const attention: OnnxRule = (node): Draft => {
  const past = ['past_key', 'past_value', 'nonpad_kv_seqlen'].find((_, i) => node.inputs[i + 4]);
  if (past) return refuse(`it has ${past}; attention without a past is supported`);
  const rank = node.shape(0).length;
  const [q, kv] = [node.number('q_num_heads', 0), node.number('kv_num_heads', 0)];
  if (rank === 3 && !(q > 0 && kv > 0))
    return refuse(`q_num_heads ${q} and kv_num_heads ${kv}; heads are needed for 3 axes`);
  const scale = node.number('scale', Number.NaN);
  const name = node.inputs[3];
  const kind = node.kind(3);
  if (name && kind !== 'boolean' && kind !== 'float') {
    return refuse(`its attn_mask holds ${kind ?? 'something unknown'}; floats and booleans are supported`);
  }
  const attrs: Attrs = {
    ...(rank === 3 && { heads: { q, kv } }),
    ...(Number.isNaN(scale) ? {} : { scale }),
    ...windowOf(node, node.flag('is_causal', false)),
    softcap: node.number('softcap', 0),
    mask: !name ? 'none' : kind === 'float' ? 'added' : 'seen',
  };
  const inputs = node.inputs.slice(0, 3);
  return name
    ? { attrs: { ...attrs }, inputs: [...inputs, name] }
    : { attrs: { ...attrs }, inputs, weights: { mask: NONE } };
};

/** Query, key and value side by side, without biases, masks and a past. */
const multiHead: OnnxRule = (node): Draft => {
  const more = ['bias', 'key_padding_mask', 'attention_bias', 'past_key', 'past_value'];
  const given = more.find((_, i) => node.inputs[i + 3]);
  if (given) return refuse(`it has ${given}; query, key and value alone are supported`);
  if (!node.inputs[1] || !node.inputs[2] || [0, 1, 2].some((i) => node.shape(i).length !== 3)) {
    return refuse('query, key and value must be given apart, each [N,S,D]');
  }
  const heads = node.number('num_heads', 0);
  const attrs: Attrs = {
    heads: { q: heads, kv: heads },
    ...scaleOf(node),
    ...(node.flag('unidirectional', false) && { after: 0 }),
    softcap: 0,
    mask: 'none',
  };
  return { attrs: { ...attrs }, inputs: node.inputs.slice(0, 3), weights: { mask: NONE } };
};
export const onnx = { Attention: attention, 'com.microsoft::MultiHeadAttention': multiHead };

/** Caffe has none. */
export const caffe = {};

/** Each picture has queries, keys and values of its own, and shares the mask. */
export const batch: BatchRule<'q' | 'k' | 'v' | 'mask', Attrs> = ({ inputs, at: { q, k, v, mask }, attrs }) => {
  const own = [q, k, v].every((place) => place?.axis === 0 && place.inner === q?.inner);
  const { shape } = inputs.mask;
  const shared = attrs.mask === 'none' || shape.length < 4 || shape[0] === 1;
  return q && own && !mask && shared ? { at: q } : undefined;
};
