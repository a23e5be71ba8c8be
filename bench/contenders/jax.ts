// jax-js on WebGPU, as a careful user would write it: the whole task in one jit, weights as arguments, the image on the device.
import {
  blockUntilReady,
  defaultDevice,
  getWebGPUDevice,
  grad,
  init,
  jit,
  lax,
  nn,
  numpy as np,
  vjp,
} from '@jax-js/jax';
import type { Layer } from '../../src/graph/model.js';
import { weightsAsF32 } from '../../src/graph/model.js';
import manifest from '../node_modules/@jax-js/jax/package.json' with { type: 'json' };
import {
  type AnyAttrs,
  attrsOf,
  type Contender,
  firstKernel,
  inputShape,
  neededLayers,
  type Prepared,
  type Task,
  withMatricesCut,
} from './contender.js';
import { fourierPlan, spectrumShape } from './fourier.js';

/** The contender on the adapter that `navigator.gpu` gives. */
export async function jax(): Promise<Contender> {
  await init('webgpu');
  defaultDevice('webgpu');
  const limit = getWebGPUDevice().limits.maxStorageBufferBindingSize;
  return { name: 'jax-js', version: manifest.version, prepare: (task) => prepare(withMatricesCut(task, limit)) };
}

/** jax-js rejects views of shared memory in its types. */
const plain = (data: Float32Array) => data as Float32Array<ArrayBuffer>;

type Weights = Record<string, np.Array>;

async function prepare(task: Task): Promise<Prepared | undefined> {
  if (task.kind === 'blur' || task.kind === 'percentile') return undefined;
  const needed = neededLayers(task);
  const weights: Weights = {};
  for (const key of needed.flatMap((l) => Object.values(l.weights))) {
    const stored = task.model.weights.get(key);
    if (!stored) throw new Error(`no weight '${key}'`);
    weights[key] = np.array(plain(weightsAsF32(stored)), { shape: [...stored.shape] });
  }
  const forward = (x: np.Array, w: Weights) => evaluate(needed, w, x);
  const use = () => Object.fromEntries(Object.entries(weights).map(([key, w]) => [key, w.ref]));
  let x = np.array(plain(task.input), { shape: [...(task.kind === 'fourier' ? spectrumShape : inputShape)(task)] });
  await blockUntilReady([x, ...Object.values(weights)]);
  const read = async (y: np.Array): Promise<Float32Array> => (await y.data()) as Float32Array;
  const prepared = (run: () => Promise<Float32Array>, ...own: readonly { dispose(): void }[]): Prepared => ({
    run,
    dispose() {
      for (const it of [x, ...Object.values(weights), ...own]) it.dispose();
    },
  });

  if (task.kind === 'forward') {
    const f = jit(forward);
    return prepared(() => read(f(x.ref, use())), f);
  }
  if (task.kind === 'train') {
    const first = firstKernel(task);
    const dy = np.array(plain(task.cotangent), { shape: [task.batch, task.cotangent.length / task.batch] });
    const loss = (w: Weights, v: np.Array, d: np.Array): np.Array => np.sum(forward(v, w).mul(d));
    const f = jit((w: Weights, v: np.Array, d: np.Array): Weights => {
      const kept = Object.fromEntries(Object.entries(w).map(([key, value]) => [key, value.ref]));
      const gradients = grad(loss)(w, v, d) as Weights;
      return Object.fromEntries(
        Object.entries(kept).map(([key, old]) => [key, old.sub(gradients[key].mul(task.rate))]),
      );
    });
    const run = () => {
      Object.assign(weights, f({ ...weights }, x.ref, dy.ref));
      return read(weights[first].ref);
    };
    return prepared(run, f, dy);
  }
  if (task.kind === 'backward') {
    const y = forward(x.ref, use());
    const { shape } = y;
    y.dispose();
    const dy = np.array(plain(task.cotangent), { shape });
    const f = jit((v: np.Array, d: np.Array, w: Weights) => {
      const [out, pull] = vjp((u: np.Array) => forward(u, w), [v]);
      out.dispose();
      const [dx] = pull(d);
      pull.dispose();
      return dx;
    });
    return prepared(() => read(f(x.ref, dy.ref, use())), f, dy);
  }
  const shown = task.kind === 'fourier' ? fourierImage(task) : undefined;
  const unit = (v: np.Array, w: Weights): np.Array => {
    const y = forward(shown ? shown(v) : v, w);
    const [N, ...rest] = y.shape;
    const size = rest.reduce((a, b) => a * b, 1);
    const chosen = new Float32Array(size);
    chosen[task.unit] = 1;
    return np.sum(y.reshape([N, size]).mul(np.array(chosen)));
  };
  const f = jit((v: np.Array, w: Weights) => {
    const g = grad(unit)(v.ref, w);
    return v.add(g.mul(task.rate));
  });
  const run = async () => {
    x = f(x, use());
    return read(x.ref);
  };
  return prepared(run, f);
}

/** Images `[N, 3, H, W]` of a spectrum, by matrix products: jax-js has no gradient of its FFT. */
function fourierImage(task: Task) {
  const { N, H, W, half, weights, down, across, colours, input, shift } = fourierPlan(task);
  // Constants of the jitted function.
  const table = (data: Float32Array, ...shape: number[]) => np.array(plain(data), { shape });
  return (z: np.Array): np.Array => {
    const both = np.transpose(z.reshape([N * 3, H, half, 2]).mul(table(weights, 1, H, half, 1)), [3, 0, 2, 1]);
    const [re, im] = [0, 1].map((part) =>
      (part === 0 ? both.ref : both).slice([part, part + 1]).reshape([N * 3 * half, H]),
    );
    const rows = (x: np.Array) => np.transpose(x.reshape([N * 3, half, H]), [0, 2, 1]).reshape([N * 3 * H, half]);
    const [cos, sin] = [() => table(down.cos, H, H), () => table(down.sin, H, H)];
    const real = rows(np.dot(re.ref, cos()).sub(np.dot(im.ref, sin())));
    const imaginary = rows(np.dot(re, sin()).add(np.dot(im, cos())));
    const planes = np.dot(real, table(across.cos, half, W)).sub(np.dot(imaginary, table(across.sin, half, W)));
    const pixels = np.transpose(planes.reshape([N, 3, H * W]), [0, 2, 1]).reshape([N * H * W, 3]);
    const rgb = nn.sigmoid(np.dot(pixels, np.transpose(table(colours, 3, 3))));
    const channels = np.dot(rgb, table(input, 3, 3)).add(table(shift, 3));
    return np.transpose(channels.reshape([N, H * W, 3]), [0, 2, 1]).reshape([N, 3, H, W]);
  };
}

function evaluate(layers: readonly Layer[], weights: Weights, image: np.Array): np.Array {
  // Every use of an array except the last needs its own reference.
  const uses = new Map<string, number>();
  for (const layer of layers) for (const name of layer.inputs) uses.set(name, (uses.get(name) ?? 0) + 1);
  const blobs = new Map<string, np.Array>([['data', image]]);
  const take = (name: string): np.Array => {
    const value = blobs.get(name);
    const left = (uses.get(name) ?? 1) - 1;
    if (!value) throw new Error(`no '${name}'`);
    uses.set(name, left);
    return left > 0 ? value.ref : value;
  };
  for (const layer of layers) {
    const w = Object.fromEntries(Object.entries(layer.weights).map(([role, key]) => [role, weights[key].ref]));
    blobs.set(layer.output, apply(layer, layer.inputs.map(take), w));
  }
  const result = blobs.get(layers[layers.length - 1].output);
  if (!result) throw new Error('no result');
  return result;
}

function apply(layer: Layer, inputs: np.Array[], { w, b }: Weights): np.Array {
  const attrs = attrsOf(layer);
  const [x] = inputs;
  switch (layer.type) {
    case 'conv2d': {
      const [top, left, bottom, right] = attrs.pad;
      const y = lax.convGeneralDilated(
        x,
        w,
        [...attrs.stride],
        [
          [top, bottom],
          [left, right],
        ],
        { featureGroupCount: attrs.group },
      );
      return y.add(b.reshape([1, b.shape[0], 1, 1]));
    }
    case 'fc': {
      const [N, ...rest] = x.shape;
      return np.dot(x.reshape([N, rest.reduce((a, c) => a * c, 1)]), np.transpose(w)).add(b);
    }
    case 'relu':
      return nn.relu(x);
    case 'maxPool':
      return windows(x, attrs, (v) => np.max(v));
    case 'avgPool':
      return windows(x, attrs, (v) => np.mean(v));
    case 'lrn': {
      const half = (attrs.size - 1) / 2;
      const C = x.shape[1];
      const squares = np.pad(x.ref.mul(x.ref), [
        [0, 0],
        [half, half],
        [0, 0],
        [0, 0],
      ]);
      let sum = squares.ref.slice([], [0, C]);
      for (let i = 1; i < attrs.size; i++)
        sum = sum.add((i + 1 < attrs.size ? squares.ref : squares).slice([], [i, i + C]));
      return x.mul(np.power(sum.mul(attrs.alpha / attrs.size).add(attrs.k), -attrs.beta));
    }
    case 'softmax':
      return nn.softmax(x, 1);
    case 'concat':
      return np.concatenate(inputs, 1);
    default:
      throw new Error(`jax-js: no rule for '${layer.type}'`);
  }
}

function windows(x: np.Array, attrs: AnyAttrs, reduce: (v: np.Array) => np.Array): np.Array {
  const [top, left, bottom, right] = attrs.pad;
  // jax-js pads only with zeros. Padded poolings here follow a ReLU, so a zero never changes the maximum.
  const padded = attrs.pad.some((p) => p > 0)
    ? np.pad(x, [
        [0, 0],
        [0, 0],
        [top, bottom],
        [left, right],
      ])
    : x;
  return lax.reduceWindow(padded, reduce, [...attrs.kernel], [...attrs.stride]);
}
