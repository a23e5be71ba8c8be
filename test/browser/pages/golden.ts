// Runs a net on a stored input in the page and hands back what the golden files say of each layer.

import { sizeOf } from '../../../src/core/shape.js';
import { importModel, readNpy } from '../../../src/importers/index.js';
import { activations, backProject, openContext, type UnitAddress } from '../../../src/index.js';

export interface NetFiles {
  /** Addresses of the net's files: a text and its weights, or an ONNX file. */
  readonly net: readonly string[];
  readonly input: string;
}

/** A layer's numbers at `at`, and the largest magnitude of all. */
export interface LayerSample {
  readonly values: number[];
  readonly largest: number;
}

const bytes = async (url: string) => new Uint8Array(await (await fetch(url)).arrayBuffer());

async function load({ net, input }: NetFiles) {
  const files = await Promise.all(net.map(async (name) => ({ name, bytes: await bytes(name) })));
  return { model: importModel(files), x: Float32Array.from(readNpy(await bytes(input)).data, Number) };
}

async function sample(files: NetFiles, layers: { name: string; at: number[] }[]): Promise<LayerSample[]> {
  using ctx = await openContext();
  const { model, x } = await load(files);
  const blobs = await activations(
    ctx,
    model,
    x,
    layers.map((l) => l.name),
  );
  return layers.map(({ name, at }) => {
    const data = blobs.get(name)?.data ?? new Float32Array(0);
    return { values: at.map((i) => data[i]), largest: data.reduce((m, v) => Math.max(m, Math.abs(v)), 0) };
  });
}

/** ‖got − want‖ / ‖want‖ of a unit's gradient, for the first picture of the input. */
async function gradientError(files: NetFiles, unit: UnitAddress, wanted: string): Promise<number> {
  using ctx = await openContext();
  const { model, x } = await load(files);
  const { gradient } = await backProject(ctx, model, x.subarray(0, sizeOf(model.input.shape.slice(1))), unit);
  const want = Float32Array.from(readNpy(await bytes(wanted)).data, Number);
  let error = 0;
  let norm = 0;
  for (let i = 0; i < want.length; i++) {
    error += (gradient.data[i] - want[i]) ** 2;
    norm += want[i] ** 2;
  }
  return Math.sqrt(error / norm);
}

Object.assign(window, { golden: { sample, gradientError } });
