// The node tests of ONNX's backend conformance suite, run as they are: a model, its inputs and its outputs, in ONNX's own
// formats. Every case passes.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { f32, sizeOf } from '../../src/core/shape.js';
import { trace } from '../../src/graph/model.js';
import { compile } from '../../src/graph/plan.js';
import { createTape } from '../../src/graph/tape.js';
import { importOnnx, type OnnxTensor, onnxSignature, readOnnxTensor } from '../../src/importers/index.js';
import { layers } from '../../src/scene/layers.js';
import { testContext } from '../support/device.js';
import { readJson } from '../support/golden.js';
import { describeWithData, sharedData } from '../support/shared.js';

const data = sharedData();
const suite = data ? join(data, 'onnx_node_tests') : '';

/** ONNX's own: rtol 1e-3, atol 1e-7. Sums in another order than the reference's differ by more near zero. */
const RTOL = 1e-3;
const ATOL = 1e-7;

interface Case {
  readonly model: Uint8Array;
  readonly inputs: readonly (OnnxTensor & { readonly name: string })[];
  readonly outputs: readonly (OnnxTensor & { readonly name: string })[];
}

function readCase(name: string): Case {
  const folder = join(suite, name);
  const set = join(folder, 'test_data_set_0');
  const tensors = (prefix: string) =>
    readdirSync(set)
      .filter((f) => f.startsWith(prefix))
      .sort((a, b) => Number(a.match(/\d+/)?.[0]) - Number(b.match(/\d+/)?.[0]))
      .map((f) => readOnnxTensor(readFileSync(join(set, f))));
  const model = readFileSync(join(folder, 'model.onnx'));
  const { inputs, outputs } = onnxSignature(model);
  // Tensors are in the order of the graph's own inputs and outputs; some files leave their names out.
  return {
    model,
    inputs: tensors('input_').map((t, i) => ({ ...t, name: inputs[i] })),
    outputs: tensors('output_').map((t, i) => ({ ...t, name: outputs[i] })),
  };
}

/** What differs, or nothing. Throws where the model is refused. */
async function runCase({ model: bytes, inputs, outputs }: Case): Promise<string | undefined> {
  // The image is the first input of floats; the others are what a real net has as initializers.
  const image = inputs.find((i) => i.tensor) ?? inputs[0];
  const rest = new Map(inputs.filter((i) => i !== image).map((i) => [i.name, i]));
  const model = importOnnx(bytes, { inputs: rest, ...(image && { inputShape: image.shape }) });
  const tape = createTape();
  const { shape: imageShape } = model.input;
  // What has no elements is not written.
  const x =
    sizeOf(imageShape) > 0
      ? tape.leaf('image', f32(...imageShape))
      : tape.constant('image', imageShape, new Float32Array());
  const at = trace(tape, model, x, layers);
  const values = outputs.map((o) => at.final(o.name));
  using plan = await compile(await testContext(), tape, { keep: values });
  if (image && sizeOf(imageShape) > 0 && plan.uses(x)) plan.write(x, Float32Array.from(image.values()));
  plan.run();
  for (const [i, { name, shape, values: read }] of outputs.entries()) {
    const want = read();
    const got = await plan.read(values[i]);
    if (values[i].shape.join() !== shape.join()) return `${name} is [${values[i].shape}], not [${shape}]`;
    const equal = (a: number, b: number) => Math.abs(a - b) <= ATOL + RTOL * Math.abs(b) || Object.is(a, b);
    const bad = want.findIndex((w, j) => !equal(got[j], w));
    if (bad >= 0) return `${name}[${bad}] is ${got[bad]}, not ${want[bad]}`;
  }
  return undefined;
}

describeWithData('ONNX conformance suite', () => {
  test('every case passes', async () => {
    const names = Object.keys(readJson<Record<string, unknown>>(join(suite, 'index.json')));
    const wrong: Record<string, string> = {};
    for (const name of names) {
      try {
        const difference = await runCase(readCase(name));
        if (difference) wrong[name] = difference;
      } catch (error) {
        wrong[name] = error instanceof Error ? error.message.split('. Supported')[0] : String(error);
      }
    }
    console.log(`ONNX conformance: ${names.length - Object.keys(wrong).length} of ${names.length} passed`);
    expect(names.length).toBeGreaterThan(0);
    expect(wrong).toEqual({});
  }, 600_000);
});
