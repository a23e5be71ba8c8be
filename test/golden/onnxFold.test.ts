// The evaluator of constants against ONNX's conformance suite: every case whose inputs are all taken as known.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { onnxSignature, readOnnxTensor } from '../../src/importers/index.js';
import { createFolder, type Known } from '../../src/importers/onnxFold.js';
import { readModel } from '../../src/importers/onnxGraph.js';
import { readJson } from '../support/golden.js';
import { describeWithData, sharedData } from '../support/shared.js';

const data = sharedData();
const suite = data ? join(data, 'onnx_node_tests') : '';
/** Sums in float64, rounded to single precision at the end; the suite's are NumPy's in single precision. */
const ATOL = 1e-6;
const RTOL = 1e-5;

/** What differs, or nothing; undefined where the evaluator does not take the node. */
function fold(folder: string): string | undefined {
  const bytes = readFileSync(join(folder, 'model.onnx'));
  const { graph } = readModel(bytes, undefined);
  const { inputs, outputs } = onnxSignature(bytes);
  const set = join(folder, 'test_data_set_0');
  const tensors = (prefix: string) =>
    readdirSync(set)
      .filter((f) => f.startsWith(prefix))
      .sort((a, b) => Number(a.match(/\d+/)?.[0]) - Number(b.match(/\d+/)?.[0]))
      .map((f) => readOnnxTensor(readFileSync(join(set, f))));
  const known = new Map<string, Known>(graph.initializers);
  for (const [i, t] of tensors('input_').entries()) known.set(inputs[i], t);
  const evaluate = createFolder();
  for (const node of graph.nodes) {
    const attribute = (name: string) => node.attributes.get(name);
    const made = evaluate({
      name: node.name,
      type: node.type,
      opset: node.opset,
      outputs: node.outputs.length,
      names: node.inputs,
      inputs: node.inputs.map((i) => known.get(i)),
      shapes: [],
      tensor: (name) => attribute(name)?.tensor,
      has: (name) => attribute(name) !== undefined,
      number: (name, otherwise) => attribute(name)?.int ?? attribute(name)?.float ?? otherwise,
      numbers: (name) => (attribute(name)?.ints.length ? attribute(name)?.ints : attribute(name)?.floats),
      text: (name, otherwise) => attribute(name)?.string ?? otherwise,
    });
    if (!made) return 'not taken';
    node.outputs.forEach((o, i) => {
      if (made[i]) known.set(o, made[i]);
    });
  }
  for (const [i, want] of tensors('output_').entries()) {
    const got = known.get(outputs[i]);
    if (!got) return 'not taken';
    if (got.shape.join() !== want.shape.join()) return `${outputs[i]} is [${got.shape}], not [${want.shape}]`;
    const [a, b] = [got.values(), want.values()];
    const bad = b.findIndex((w, j) => !(Math.abs(a[j] - w) <= ATOL + RTOL * Math.abs(w) || Object.is(a[j], w)));
    if (bad >= 0) return `${outputs[i]}[${bad}] is ${a[bad]}, not ${b[bad]}`;
  }
  return undefined;
}

describeWithData('ONNX conformance suite, worked out while a file is read', () => {
  test('every node that the evaluator takes gives the suite’s numbers', () => {
    const wrong: Record<string, string> = {};
    let taken = 0;
    for (const name of Object.keys(readJson<Record<string, unknown>>(join(suite, 'index.json')))) {
      const difference = fold(join(suite, name));
      if (difference === 'not taken') continue;
      taken++;
      if (difference) wrong[name] = difference;
    }
    console.log(`ONNX constants: ${taken} cases evaluated, ${Object.keys(wrong).length} wrong`);
    expect(wrong).toEqual({});
    expect(taken).toBeGreaterThan(250);
  });
});
