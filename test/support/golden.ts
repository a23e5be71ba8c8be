// The golden files of ../shared/data: results of independent engines for real nets, and comparisons with them.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Context } from '../../src/gpu/context.js';
import type { Model } from '../../src/graph/model.js';
import { importCaffe, readNpy } from '../../src/importers/index.js';
import { type BackProjectionOptions, backProject } from '../../src/methods/backProjection.js';
import { readPicture } from '../../src/node/images.js';
import { activations } from '../../src/scene/forward.js';
import type { HostTensor } from '../../src/scene/input.js';
import { preprocessPicture } from '../../src/scene/input.js';
import { expectClose, maxRelative, relativeL2 } from './close.js';

/** max |Δ| ≤ this × max |ref| for each blob. Independent engines differ from each other by up to 5e-6. */
const BLOB_TOLERANCE = 1e-4;
/** Relative L2 error of a gradient. */
const GRADIENT_TOLERANCE = 1e-4;

interface LayerDigest {
  readonly layer: string;
  readonly shape: readonly number[];
  readonly min: number;
  readonly max: number;
  readonly l2: number;
  readonly samples: readonly number[];
  readonly file?: string;
  readonly core_blob?: string | null;
}

interface GradientUnit {
  readonly file: string;
  readonly layer: string;
  readonly unit: readonly number[];
  readonly activation: number;
  readonly mode?: string;
  readonly input?: string;
  readonly batch_item?: number;
}

interface Index {
  readonly layers: readonly LayerDigest[];
  readonly images?: Readonly<
    Record<string, { readonly top5: readonly { readonly index: number; readonly label: string }[] }>
  >;
  readonly inputs?: Readonly<
    Record<
      string,
      {
        readonly input: string;
        readonly outputs: Readonly<Record<string, { readonly file: string; readonly argmax: number }>>;
      }
    >
  >;
  readonly gradients?: readonly GradientUnit[];
}

/** One net's folder. */
export interface GoldenNet {
  readonly folder: string;
  readonly model: Model;
  readonly index: Index;
}

export const readJson = <T>(path: string): T => JSON.parse(readFileSync(path, 'utf8'));

export function npy(path: string): HostTensor {
  const { shape, data } = readNpy(readFileSync(path));
  return { shape, data: Float32Array.from(data, Number) };
}

/** A Caffe net with its weights and index. */
export function loadGolden(data: string, name: string, prototxt: string, caffemodel: string): GoldenNet {
  const folder = join(data, name);
  const colour = name === 'googlenet' || name === 'squeezenet_v1.1';
  const labels = colour ? readFileSync(join(data, 'labels/synset_words.txt'), 'utf8').trim().split('\n') : undefined;
  const model = importCaffe(readFileSync(join(folder, prototxt), 'utf8'), readFileSync(join(folder, caffemodel)), {
    ...(labels && { labels }),
    preprocessing: colour ? { mean: [104, 117, 123], order: 'bgr', stated: true } : {},
  });
  return { folder, model, index: readJson(join(folder, 'ref/index.json')) };
}

/** Compares every layer of the net for one input: shape, range, norm, samples, and the full blob if it is stored. */
export async function checkBlobs(
  ctx: Context,
  { folder, model, index }: GoldenNet,
  input: Float32Array,
): Promise<number> {
  const blobs = await activations(
    ctx,
    model,
    input,
    index.layers.map((l) => l.layer),
  );
  for (const golden of index.layers) {
    const blob = blobs.get(golden.layer);
    if (!blob) throw new Error(`no blob '${golden.layer}'`);
    const size = golden.shape.reduce((a, b) => a * b, 1);
    expect([golden.layer, blob.data.length]).toEqual([golden.layer, size]);
    const atol = BLOB_TOLERANCE * Math.max(Math.abs(golden.min), Math.abs(golden.max));
    const close = { atol, rtol: 0 };
    const at = golden.samples.map((_, i) => Math.floor((i * size) / golden.samples.length));
    const got = at.map((i) => blob.data[i]);
    expectClose(`${golden.layer} samples`, got, golden.samples, [got.length], close);
    expectClose(`${golden.layer} range`, range(blob.data), [golden.min, golden.max], [2], close);
    const l2 = Math.sqrt(blob.data.reduce((sum, v) => sum + v * v, 0));
    expectClose(`${golden.layer} norm`, [l2], [golden.l2], [1], { atol: 0, rtol: BLOB_TOLERANCE });
    const file = golden.file ?? (golden.core_blob ? `ref/${golden.core_blob}` : undefined);
    if (file)
      expect([golden.layer, maxRelative(blob.data, npy(join(folder, file)).data)]).toEqual([
        golden.layer,
        below(BLOB_TOLERANCE),
      ]);
  }
  return index.layers.length;
}

/** Compares the stored outputs for further inputs. */
export async function checkOutputs(ctx: Context, { folder, model, index }: GoldenNet): Promise<number> {
  let checked = 0;
  for (const { input, outputs } of Object.values(index.inputs ?? {})) {
    const x = npy(join(folder, 'ref', input)).data;
    const got = await activations(ctx, model, x, Object.keys(outputs));
    for (const [name, { file }] of Object.entries(outputs)) {
      const error = maxRelative(got.get(name)?.data ?? [], npy(join(folder, 'ref', file)).data);
      expect([name, error]).toEqual([name, below(BLOB_TOLERANCE)]);
      checked++;
    }
  }
  return checked;
}

/** The input tensor of a lossless crop. */
export async function cropInput(ctx: Context, { folder, model }: GoldenNet, image: string): Promise<Float32Array> {
  return preprocessPicture(ctx, model, await readPicture(join(folder, `ref/crop_${image}.png`)));
}

/** Compares one stored gradient. The index is searched for its file name. */
export async function checkGradient(
  ctx: Context,
  net: GoldenNet,
  unit: GradientUnit,
  input: Float32Array,
): Promise<void> {
  const file = join(net.folder, 'grad', unit.file.slice(unit.file.lastIndexOf('/') + 1));
  const [channel, y, x] =
    unit.unit.length >= 3 && unit.mode ? unit.unit.slice(1) : unit.mode ? [unit.unit[1]] : unit.unit;
  const mode: BackProjectionOptions['mode'] = unit.mode === 'guided' || unit.mode === 'deconv' ? unit.mode : 'gradient';
  const address = { layer: unit.layer, channel, ...(y !== undefined && { at: [y, x] as const }) };
  const result = await backProject(ctx, net.model, input, address, { mode });
  expectClose('activation', [result.activation], [unit.activation], [1], { atol: 0, rtol: 1e-4 });
  expect([unit.file, relativeL2(result.gradient.data, npy(file).data)]).toEqual([unit.file, below(GRADIENT_TOLERANCE)]);
}

/** Matches a number from 0 to `limit`, and not NaN. */
function below(limit: number) {
  return {
    asymmetricMatch: (v: unknown) => typeof v === 'number' && v >= 0 && v <= limit,
    toString: () => `below ${limit}`,
    toAsymmetricMatcher: () => `below ${limit}`,
  };
}

function range(data: Float32Array): [number, number] {
  let min = data[0];
  let max = data[0];
  for (const v of data) {
    min = Math.min(min, v);
    max = Math.max(max, v);
  }
  return [min, max];
}
