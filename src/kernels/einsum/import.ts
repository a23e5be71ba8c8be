// Einstein's summation in ONNX files.
import type { BatchRule } from '../../graph/batch.js';
import type { OnnxRule } from '../../graph/importing.js';
import { parseEquation } from './equation.js';
import type { Attrs } from './index.js';

const fromOnnx: OnnxRule = (node) => ({ attrs: { equation: node.text('equation', '') } });
export const onnx = { Einsum: fromOnnx };

/** Caffe has none. */
export const caffe = {};

export const batch: BatchRule<string, Attrs> = ({ inputs, at, attrs: { equation } }) => {
  const names = Object.keys(inputs);
  const { terms, result } = parseEquation(
    equation,
    names.map((name) => inputs[name].shape),
  );
  const letters = new Set(names.flatMap((name, i) => (at[name] ? [terms[i][at[name].axis]] : [])));
  const [letter] = letters;
  const places = names.flatMap((name) => at[name] ?? []);
  const [place] = places;
  // Each operand must have its images at the same position, because one letter stands for them.
  const alike = places.every(({ outer, inner }) => outer === place.outer && inner === place.inner);
  // The letter of the images must be the same everywhere, and must be neither summed nor shared.
  const only = terms.every((term, i) => term.filter((l) => l === letter).length === (at[names[i]] ? 1 : 0));
  if (!place || !alike || letters.size !== 1 || !only || !result.includes(letter)) return undefined;
  return { at: { ...place, axis: result.indexOf(letter) } };
};
