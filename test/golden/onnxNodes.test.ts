// The node tests of ONNX's backend conformance suite, run as they are: a model, its inputs and its outputs, in ONNX's own
// formats. Every case passes, or stands below with the reason why it is not supported; there is nothing in between.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { f32 } from '../../src/core/shape.js';
import { trace } from '../../src/graph/model.js';
import { compile } from '../../src/graph/plan.js';
import { createTape } from '../../src/graph/tape.js';
import { importOnnx, type OnnxTensor, onnxSignature, readOnnxTensor } from '../../src/importers/index.js';
import { layers } from '../../src/methods/layers.js';
import { testContext } from '../support/device.js';
import { readJson } from '../support/golden.js';
import { describeWithData, sharedData } from '../support/shared.js';

/** Cases that are not supported, and why. */
const NOT_SUPPORTED: Readonly<Record<string, string>> = {
  'node/test_dropout_default_mask': 'the mask of a dropout, an output of booleans',
  'node/test_dropout_default_mask_ratio': 'the mask of a dropout, an output of booleans',
  'node/test_maxpool_with_argmax_2d_precomputed_pads': 'indices of maxima as a second output',
  'node/test_maxpool_with_argmax_2d_precomputed_strides': 'indices of maxima as a second output',
  'node/test_maxunpool_export_without_output_shape': 'MaxUnpool',
  'node/test_reduce_l2_empty_set': 'tensors without elements',
  'node/test_reduce_max_empty_set': 'tensors without elements',
  'node/test_reduce_sum_empty_set': 'tensors without elements',
  'node/test_reduce_sum_empty_set_non_reduced_axis_zero': 'tensors without elements',
  'node/test_reshape_allowzero_reordered': 'tensors without elements',
  'node/test_slice_start_out_of_bounds': 'tensors without elements',
  'node/test_split_zero_size_splits_opset13': 'tensors without elements',
  'node/test_split_zero_size_splits_opset18': 'tensors without elements',
};

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
  const x = tape.leaf('image', f32(...model.input.shape));
  const at = trace(tape, model, x, layers);
  const values = outputs.map((o) => at.final(o.name));
  using plan = await compile(await testContext(), tape, { keep: values });
  if (image && plan.uses(x)) plan.write(x, Float32Array.from(image.values()));
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
  test('every case passes or is known not to be supported', async () => {
    const names = Object.keys(readJson<Record<string, unknown>>(join(suite, 'index.json')));
    const refused: Record<string, string> = {};
    const failed: Record<string, string> = {};
    let passed = 0;
    for (const name of names) {
      try {
        const difference = await runCase(readCase(name));
        if (difference) failed[name] = difference;
        else passed++;
      } catch (error) {
        refused[name] = error instanceof Error ? error.message.split('. Supported')[0] : String(error);
      }
    }
    console.log(
      `ONNX conformance: ${passed} passed, ${Object.keys(refused).length} not supported, ${Object.keys(failed).length} failed`,
    );
    for (const name of Object.keys(refused))
      console.log(`not supported: ${name}: ${NOT_SUPPORTED[name] ?? refused[name]}`);
    expect(failed).toEqual({});
    expect(Object.keys(refused).sort()).toEqual(Object.keys(NOT_SUPPORTED).sort());
  }, 600_000);
});
