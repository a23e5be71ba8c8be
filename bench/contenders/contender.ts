// The interface of a contender: prepare a task once, run it any number of times, and read its result back each time.
import type { Shape } from '../../src/core/shape.js';
import type { Layer, Model } from '../../src/graph/model.js';

/** What to compute. */
export interface Task {
  readonly model: Model;
  readonly batch: number;
  /**
   * - `forward`: the activations of `layer`.
   * - `backward`: the gradient of `Σ cotangent · layer` with respect to the input, and nothing unnecessary.
   * - `step`: one step of activation maximization, `x ← x + rate · ∂unit/∂x`. The result is the new image, which stays on the
   *   device between runs.
   * - `fourier`: the same in Lucid's parameterization: the variables are the spectrum of decorrelated colours that a sigmoid brings to 0 to 1,
   *   `[batch, 3, H, ⌊W/2⌋ + 1, 2]`, and the result is the new spectrum.
   * - `train`: one step of training, `w ← w − rate · ∂(Σ cotangent · layer)/∂w` for all weights, which stay on the device. The
   *   result is the updated kernel of the first layer.
   * - `blur`: blurs each plane of the input with a Gaussian of `amount` pixels, as scipy.ndimage.gaussian_filter does.
   * - `percentile`: the `amount`-th percentile of each image, as numpy.percentile computes it; `[batch]`.
   */
  readonly kind: 'forward' | 'backward' | 'step' | 'fourier' | 'train' | 'blur' | 'percentile';
  /** The last required layer. */
  readonly layer: string;
  /** For `step` and `fourier`: index of the unit in one image's activations `[C,H,W]`. */
  readonly unit: number;
  readonly rate: number;
  readonly amount?: number;
  /** `[batch, C, H, W]`, or `[batch, K]` for a single fully connected layer; for `fourier` the spectrum. */
  readonly input: Float32Array;
  /** For `backward` and `train`; has the layer's shape. */
  readonly cotangent: Float32Array;
}

/** A task on a device. Runs are never overlapped. */
export interface Prepared {
  /** Runs once. The result is in this library's layout, `[N,C,H,W]`, whatever layout the contender uses. */
  run(): Promise<Float32Array>;
  /** Milliseconds of the preparation and of the last run, if the contender is another process that measures itself. */
  took?(): { readonly prepare: number; readonly run: number };
  /** Encodes and submits one run without waiting: the JavaScript cost of a step. */
  encode?(): void;
  dispose(): void;
}

export interface Contender {
  readonly name: string;
  /** The common implementation of several contenders with different settings. Their agreement confirms nothing. */
  readonly kin?: string;
  readonly version: string;
  /** Undefined if the contender cannot do it: no gradient, or no such layer. */
  prepare(task: Task): Promise<Prepared | undefined>;
}

/** The layers that `task.layer` needs, in order. Contenders get only these. */
export function neededLayers({ model, layer }: Task): Layer[] {
  const wanted = new Set([layer]);
  const needed: Layer[] = [];
  for (const candidate of [...model.layers].reverse()) {
    if (!wanted.has(candidate.output)) continue;
    needed.push(candidate);
    for (const input of candidate.inputs) wanted.add(input);
  }
  return needed.reverse();
}

/**
 * The task with every matrix above `limit` bytes split into layers that are concatenated again. Users of engines that do not
 * split matrices themselves must write this if an adapter binds no more.
 */
export function withMatricesCut(task: Task, limit: number): Task {
  const layers: Layer[] = [];
  const weights = new Map(task.model.weights);
  for (const layer of task.model.layers) {
    const w = task.model.weights.get(layer.weights.w);
    const b = task.model.weights.get(layer.weights.b);
    if (layer.type !== 'fc' || !w || !b || w.dtype !== 'f32' || b.dtype !== 'f32' || w.data.byteLength <= limit) {
      layers.push(layer);
      continue;
    }
    const [M, K] = w.shape;
    const parts = Math.ceil(w.data.byteLength / limit);
    const names: string[] = [];
    for (let i = 0; i < parts; i++) {
      const [from, to] = [Math.floor((M * i) / parts), Math.floor((M * (i + 1)) / parts)];
      const name = `${layer.name}/${i}`;
      names.push(name);
      weights.set(`${name}/w`, { shape: [to - from, K], dtype: 'f32', data: w.data.slice(from * K, to * K) });
      weights.set(`${name}/b`, { shape: [to - from], dtype: 'f32', data: b.data.slice(from, to) });
      layers.push({ ...layer, name, output: name, weights: { w: `${name}/w`, b: `${name}/b` } });
    }
    layers.push({ ...layer, type: 'concat', inputs: names, attrs: { axis: 1 }, weights: {} });
  }
  return { ...task, model: { ...task.model, layers, weights } };
}

export const inputShape = ({ model, batch }: Task): Shape => [batch, ...model.input.shape.slice(1)];

/** Layer attributes for contenders that do not use this library's ops. */
export interface AnyAttrs {
  readonly stride: readonly [number, number];
  readonly pad: readonly [number, number, number, number];
  readonly kernel: readonly [number, number];
  readonly group: number;
  readonly size: number;
  readonly alpha: number;
  readonly beta: number;
  readonly k: number;
}

export const attrsOf = (layer: Layer): AnyAttrs => layer.attrs as unknown as AnyAttrs;

/** Key of the weight that `train` returns. */
export const firstKernel = ({ model }: Task): string => {
  const key = model.layers.find((l) => l.weights.w)?.weights.w;
  if (!key) throw new Error(`'${model.name}' has no weights to train`);
  return key;
};

/** Converts `[N,C,H,W]` to `[N,H,W,C]`, or back. Other ranks stay unchanged. */
export function channelsLast(data: Float32Array, shape: Shape): Float32Array {
  if (shape.length !== 4) return data;
  const [N, C, H, W] = shape;
  return turned(data, [N, C, H * W]);
}

export function channelsFirst(data: Float32Array, shape: Shape): Float32Array {
  if (shape.length !== 4) return data;
  const [N, C, H, W] = shape;
  return turned(data, [N, H * W, C]);
}

/** `[N,A,B]` to `[N,B,A]`. */
function turned(data: Float32Array, [N, A, B]: readonly [number, number, number]): Float32Array {
  const out = new Float32Array(data.length);
  for (let n = 0; n < N; n++) {
    for (let a = 0; a < A; a++) {
      for (let b = 0; b < B; b++) out[(n * B + b) * A + a] = data[(n * A + a) * B + b];
    }
  }
  return out;
}
