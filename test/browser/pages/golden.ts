// Runs a net on a stored input in the page and hands back what the golden files say of each layer.

import { importCaffe, readNpy } from '../../../src/importers/index.js';
import { activations, backProject, openContext, type UnitAddress } from '../../../src/index.js';

export interface NetFiles {
  readonly prototxt: string;
  readonly caffemodel: string;
  readonly input: string;
}

/** A layer's numbers at `at`, and the largest magnitude of all. */
export interface LayerSample {
  readonly values: number[];
  readonly largest: number;
}

const bytes = async (url: string) => new Uint8Array(await (await fetch(url)).arrayBuffer());

async function load({ prototxt, caffemodel, input }: NetFiles) {
  const [text, weights, array] = await Promise.all([bytes(prototxt), bytes(caffemodel), bytes(input)]);
  const model = importCaffe(new TextDecoder().decode(text), weights);
  return { model, x: Float32Array.from(readNpy(array).data, Number) };
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

/** ‖got − want‖ / ‖want‖ of a unit's gradient. */
async function gradientError(files: NetFiles, unit: UnitAddress, wanted: string): Promise<number> {
  using ctx = await openContext();
  const { model, x } = await load(files);
  const { gradient } = await backProject(ctx, model, x, unit);
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
