// ONNX Runtime Web with its WebGPU execution provider. It has no gradients. The gradient of one convolution with respect to its
// input is a ConvTranspose, which it has, so that is measured.
import * as ort from 'onnxruntime-web/webgpu';
import type { Layer } from '../../src/graph/model.js';
import manifest from '../node_modules/onnxruntime-web/package.json' with { type: 'json' };
import {
  attrsOf,
  type Contender,
  inputShape,
  neededLayers,
  type Prepared,
  type Task,
  withMatricesCut,
} from './contender.js';
import { onnxFile } from './onnxFile.js';

/** The contender; `wasm` is the address of its binary. */
export function onnxruntime(
  wasm: { readonly mjs: string; readonly wasm: string } | string,
  /** The adapter's binding limit in bytes. */
  limit: number,
): Contender {
  ort.env.wasm.wasmPaths = wasm;
  ort.env.wasm.numThreads = 1; // the arithmetic is on the device
  ort.env.logLevel = 'error';
  return {
    name: 'onnxruntime-web',
    version: manifest.version,
    prepare: (task) => prepare(withMatricesCut(task, limit)),
  };
}

async function prepare(task: Task): Promise<Prepared | undefined> {
  if (task.kind !== 'forward' && task.kind !== 'backward') return undefined;
  const layers = task.kind === 'backward' ? transposed(task) : neededLayers(task);
  if (!layers) return undefined;
  const model =
    task.kind === 'backward' ? { ...task.model, input: { name: 'data', shape: cotangentShape(task) } } : task.model;
  const bytes = onnxFile(model, layers, task.batch);
  const session = await ort.InferenceSession.create(bytes, {
    executionProviders: ['webgpu'],
    graphOptimizationLevel: 'all',
  });
  const data = task.kind === 'backward' ? task.cotangent : task.input;
  const shape = task.kind === 'backward' ? cotangentShape(task) : inputShape(task);
  const feeds = { data: new ort.Tensor('float32', data, [...shape]) };
  return {
    async run() {
      const [output] = Object.values(await session.run(feeds));
      return (await output.getData()) as Float32Array;
    },
    dispose: () => void session.release(),
  };
}

/** The gradient of a single convolution with respect to its input as a layer, if the output size fits exactly. */
function transposed(task: Task): Layer[] | undefined {
  const layers = neededLayers(task);
  const [layer] = layers;
  if (layers.length !== 1 || layer.type !== 'conv2d') return undefined;
  const { stride, pad } = attrsOf(layer);
  const [, , H, W] = task.model.input.shape;
  const [, , R, S] = task.model.weights.get(layer.weights.w)?.shape ?? [];
  const fits = (size: number, taps: number, before: number, after: number, step: number) =>
    (size + before + after - taps) % step === 0;
  if (!fits(H, R, pad[0], pad[2], stride[0]) || !fits(W, S, pad[1], pad[3], stride[1])) return undefined;
  return [{ ...layer, type: 'convTranspose2d', weights: { w: layer.weights.w } }];
}

function cotangentShape(task: Task): number[] {
  const [layer] = neededLayers(task);
  const [, , H, W] = task.model.input.shape;
  const { stride, pad } = attrsOf(layer);
  const [K, , R, S] = task.model.weights.get(layer.weights.w)?.shape ?? [];
  const out = (size: number, taps: number, before: number, after: number, step: number) =>
    Math.floor((size + before + after - taps) / step) + 1;
  return [task.batch, K, out(H, R, pad[0], pad[2], stride[0]), out(W, S, pad[1], pad[3], stride[1])];
}
