// LSTM, GRU and RNN in ONNX files. Caffe's have ../lstm and ../rnn.

import type { Shape } from '../../core/shape.js';
import type { BatchAxis, BatchRule } from '../../graph/batch.js';
import { type OnnxNode, type OnnxRule, refuse, type WeightSource } from '../../graph/importing.js';
import { ACTIVATIONS, type ActivationName } from './cells.js';
import type { Attrs } from './index.js';

const DEFAULTS = { lstm: ['Sigmoid', 'Tanh', 'Tanh'], gru: ['Sigmoid', 'Tanh'], rnn: ['Tanh'] } as const;

/** Activations of each direction, one after another in the file. */
function activationsOf(node: OnnxNode, kind: Attrs['kind'], directions: number): ActivationName[][] {
  const each = DEFAULTS[kind].length;
  const named = node.texts('activations') ?? Array.from({ length: directions }, () => DEFAULTS[kind]).flat();
  const known = named.map((name) => {
    const same = ACTIVATIONS.find((a) => a.toLowerCase() === name.toLowerCase());
    return same ?? refuse(`activation '${name}'; ${ACTIVATIONS.join(', ')} are supported`);
  });
  if (known.length !== directions * each) {
    refuse(`it has ${known.length} activations; ${directions * each} are needed, ${each} for each direction`);
  }
  return Array.from({ length: directions }, (_, d) => known.slice(d * each, (d + 1) * each));
}

/** A known state that is the same for all images of the file's batch, usually zeros: one state for any batch. */
function sharedState(node: OnnxNode, index: number, batchFirst: boolean): WeightSource | undefined {
  const known = node.constant(index);
  const values = node.values(index);
  if (!known || !values || known.tensor.shape.length !== 3) return undefined;
  const { shape } = known.tensor;
  const [D, N] = batchFirst ? [shape[1], shape[0]] : shape;
  const H = shape[2];
  /** The state of one image. */
  const stateOf = (n: number): number[] =>
    Array.from({ length: D * H }, (_, i) => {
      const d = Math.floor(i / H);
      return values[(batchFirst ? n * D + d : d * N + n) * H + (i % H)];
    });
  const first = stateOf(0);
  for (let n = 1; n < N; n++) if (stateOf(n).some((v, i) => v !== first[i])) return undefined;
  const data = Float32Array.from(first);
  return { key: `${known.key} of one`, tensor: { shape: batchFirst ? [1, D, H] : [D, 1, H], dtype: 'f32', data } };
}

const rule =
  (kind: Attrs['kind']): OnnxRule =>
  (node) => {
    const direction = node.text('direction', 'forward');
    const both = direction === 'bidirectional';
    if (!both && direction !== 'forward' && direction !== 'reverse') {
      return refuse(`direction '${direction}'; forward, reverse and bidirectional are supported`);
    }
    const directions = both ? (['forward', 'reverse'] as const) : [direction];
    const batchFirst = node.number('layout', 0) === 1;
    const T = node.shape(0)[batchFirst ? 1 : 0];
    const lengths = node.values(4);
    if (node.inputs[4] && !lengths?.every((l) => l === T)) {
      return refuse(
        `sequence_lens, which differ from the ${T} steps of x or are computed; sequences of one length are supported`,
      );
    }
    if (node.number('clip', 0) !== 0) return refuse(`clip ${node.number('clip', 0)}; no clipping is supported`);
    if (node.flag('input_forget', false)) return refuse('input_forget 1; 0 is supported');
    const D = directions.length;
    const H = node.shape(2)[2];
    const rows = node.shape(2)[1];
    const state = batchFirst ? [1, D, H] : [D, 1, H];
    const starts = Boolean(node.inputs[5] || node.inputs[6]);
    const peepholes = Boolean(node.inputs[7]);
    const attrs = {
      kind,
      directions,
      activations: activationsOf(node, kind, D),
      batchFirst,
      starts,
      peepholes,
      resetAfter: node.flag('linear_before_reset', false),
    };
    // Inputs that the file leaves out are zero.
    const weights: Record<string, WeightSource> = {};
    const inputs = [...node.inputs.slice(0, 3)];
    const optional = (slot: string, index: number, zeros: readonly number[]) => {
      const name = node.inputs[index];
      const one = slot === 'h0' || slot === 'c0' ? sharedState(node, index, batchFirst) : undefined;
      if (one) weights[slot] = one;
      else if (name) inputs.push(name);
      else weights[slot] = { zeros };
    };
    optional('b', 3, [D, 2 * rows]);
    optional('h0', 5, starts ? state : [1]);
    optional('c0', 6, starts ? state : [1]);
    optional('p', 7, [1]);
    const outputs = kind === 'lstm' ? (['y', 'h', 'c'] as const) : (['y', 'h'] as const);
    return outputs.map((output) => ({ attrs: { ...attrs, output }, inputs, weights }));
  };
export const onnx = { LSTM: rule('lstm'), GRU: rule('gru'), RNN: rule('rnn') };

/** Caffe's recurrent layers are ../lstm and ../rnn. */
export const caffe = {};

export const batch: BatchRule<'x' | 'w' | 'r' | 'b' | 'h0' | 'c0' | 'p', Attrs> = ({ inputs, at, attrs }) => {
  const { x, h0, c0, ...others } = at;
  const axis = attrs.batchFirst ? 0 : 1;
  const isRow = (place: BatchAxis) => place.axis === axis && place.outer === 1 && place.inner === 1;
  if (!x || !isRow(x) || Object.keys(others).length > 0) return undefined;
  // A state belongs to each image, or is shared by all.
  const fits = (place: BatchAxis | undefined, shape: Shape) => (place ? isRow(place) : (shape[axis] ?? 1) === 1);
  if (!fits(h0, inputs.h0.shape) || !fits(c0, inputs.c0.shape)) return undefined;
  return { at: { ...x, axis: attrs.batchFirst ? 0 : attrs.output === 'y' ? 2 : 1 } };
};
