// Training in float64 and plain loops: a chain of convolutions, ReLUs, max pools, LRNs, fully connected and dropout layers
// under softmax loss and that of a sketch, and SGD with momentum. What `npm run train` is held against; it shares no code with the library
// but the definition of a dropout mask.

import type { Layer, Model } from '../../src/graph/model.js';
import { weightsAsF32 } from '../../src/graph/model.js';
import { ref as maskRef } from '../../src/kernels/dropoutMask/dropoutMask.ref.js';
import type { Sketcher } from '../../train/tasks/classifier.js';

interface Blob {
  /** `[N, C, H, W]`, or `[N, C, 1, 1]`. */
  readonly shape: readonly [number, number, number, number];
  readonly data: Float64Array;
}

/** A layer's output, and what takes the gradient of the loss to it back to its input. */
interface Pass {
  readonly y: Blob;
  back(dy: Float64Array): Float64Array;
}

export interface ReferenceOptions {
  readonly momentum: number;
  readonly weightDecay: number;
}

export function referenceTrainer(model: Model, { momentum, weightDecay }: ReferenceOptions, sketcher?: Sketcher) {
  const stored = [...model.weights, ...(sketcher?.model.weights ?? [])];
  const weights = new Map(stored.map(([key, w]) => [key, Float64Array.from(weightsAsF32(w))]));
  const velocity = new Map([...weights].map(([key, w]) => [key, new Float64Array(w.length)]));
  const gradients = new Map<string, Float64Array>();
  const weight = (key: string): Float64Array => weights.get(key) ?? new Float64Array();

  /** One step on a batch; gives its loss before the update. */
  return (images: Float32Array, labels: readonly number[], step: number, rate: number): number => {
    const [, C, H, W] = model.input.shape;
    const N = labels.length;
    let x: Blob = { shape: [N, C, H, W], data: Float64Array.from(images) };
    const passes: Pass[] = [];
    const image = x;
    let sketch: { loss: number; dx: Float64Array; pass: Pass } | undefined;
    for (const [place, layer] of model.layers.entries()) {
      if (layer.type === 'softmax') continue;
      const pass = forward(layer, x, weight, gradients, step, place);
      passes.push(pass);
      x = pass.y;
      if (sketcher?.layer === layer.name) {
        sketch = { pass, ...drawn(sketcher, image, forward(sketcher.model.layers[0], x, weight, gradients, step, 0)) };
      }
    }
    const K = x.data.length / N;
    let dy = new Float64Array(x.data.length);
    let loss = sketch?.loss ?? 0;
    for (let n = 0; n < N; n++) {
      const row = x.data.subarray(n * K, (n + 1) * K);
      const most = Math.max(...row);
      const sum = row.reduce((s, v) => s + Math.exp(v - most), 0);
      loss += (Math.log(sum) + most - row[labels[n]]) / N;
      for (let k = 0; k < K; k++) dy[n * K + k] = (Math.exp(row[k] - most) / sum - (k === labels[n] ? 1 : 0)) / N;
    }
    for (const pass of passes.reverse()) {
      if (pass === sketch?.pass) for (let i = 0; i < dy.length; i++) dy[i] += sketch.dx[i];
      dy = Float64Array.from(pass.back(dy));
    }
    for (const [key, w] of weights) {
      const g = gradients.get(key);
      const v = velocity.get(key);
      if (!g || !v) continue;
      const decay = key.endsWith('.w') ? weightDecay : 0;
      for (let i = 0; i < w.length; i++) {
        v[i] = momentum * v[i] + g[i] + decay * w[i];
        w[i] -= rate * v[i];
      }
    }
    return loss;
  };
}

/** The sketch's share of the loss, and of the gradient to the blob that it is drawn from. */
function drawn({ weight }: Sketcher, image: Blob, { y, back }: Pass): { loss: number; dx: Float64Array } {
  const [N, C, H, W] = image.shape;
  const side = Math.sqrt(y.data.length / N / C);
  const square = H / side;
  const away = Float64Array.from(y.data);
  for (let i = 0; i < image.data.length; i++) {
    const row = Math.floor(Math.floor(i / W) / square) % side;
    const column = Math.floor((i % W) / square);
    away[(Math.floor(i / (H * W)) * side + row) * side + column] -= image.data[i] / square ** 2;
  }
  const loss = (weight * away.reduce((sum, v) => sum + v * v, 0)) / away.length;
  return { loss, dx: back(away.map((v) => (2 * weight * v) / away.length)) };
}

function forward(
  layer: Layer,
  x: Blob,
  weight: (key: string) => Float64Array,
  gradients: Map<string, Float64Array>,
  step: number,
  place: number,
): Pass {
  const { type, attrs, weights } = layer;
  const number = (name: string): number => Number(attrs[name]);
  const numbers = (name: string): number[] => (attrs[name] as number[]).map(Number);
  const [N, C, H, W] = x.shape;
  if (type === 'relu') {
    const y = x.data.map((v) => Math.max(v, 0));
    return { y: { shape: x.shape, data: y }, back: (dy) => dy.map((v, i) => (x.data[i] > 0 ? v : 0)) };
  }
  if (type === 'dropout') {
    const drop = (data: Float64Array) =>
      maskRef({ shape: x.shape, data }, step, { ratio: number('ratio'), seed: place }).data;
    return { y: { shape: x.shape, data: drop(x.data) }, back: drop };
  }
  if (type === 'fc') {
    const w = weight(weights.w);
    const b = weight(weights.b);
    const M = b.length;
    const K = x.data.length / N;
    const data = new Float64Array(N * M);
    for (let n = 0; n < N; n++) {
      for (let m = 0; m < M; m++) {
        let sum = b[m];
        for (let k = 0; k < K; k++) sum += w[m * K + k] * x.data[n * K + k];
        data[n * M + m] = sum;
      }
    }
    const back = (dy: Float64Array) => {
      const dx = new Float64Array(x.data.length);
      const dw = new Float64Array(w.length);
      const db = new Float64Array(M);
      for (let n = 0; n < N; n++) {
        for (let m = 0; m < M; m++) {
          const g = dy[n * M + m];
          db[m] += g;
          for (let k = 0; k < K; k++) {
            dw[m * K + k] += g * x.data[n * K + k];
            dx[n * K + k] += g * w[m * K + k];
          }
        }
      }
      gradients.set(weights.w, dw).set(weights.b, db);
      return dx;
    };
    return { y: { shape: [N, M, 1, 1], data }, back };
  }
  if (type === 'conv2d') {
    const w = weight(weights.w);
    const b = weight(weights.b);
    const group = number('group');
    const [sy, sx] = numbers('stride');
    const [py, px] = numbers('pad');
    const K = b.length;
    const Cg = C / group;
    const R = Math.sqrt(w.length / K / Cg);
    const P = Math.floor((H + 2 * py - R) / sy) + 1;
    const Q = Math.floor((W + 2 * px - R) / sx) + 1;
    const data = new Float64Array(N * K * P * Q);
    /** Calls f with the index of each output, of each input that it sees, and of the weight between them. */
    const each = (f: (out: number, at: number, tap: number) => void) => {
      for (let n = 0; n < N; n++) {
        for (let k = 0; k < K; k++) {
          const first = Math.floor(k / (K / group)) * Cg;
          for (let c = 0; c < Cg; c++) {
            for (let r = 0; r < R; r++) {
              for (let s = 0; s < R; s++) {
                const tap = ((k * Cg + c) * R + r) * R + s;
                for (let p = 0; p < P; p++) {
                  const h = p * sy - py + r;
                  if (h < 0 || h >= H) continue;
                  const row = ((n * C + first + c) * H + h) * W;
                  const out = ((n * K + k) * P + p) * Q;
                  for (let q = 0; q < Q; q++) {
                    const v = q * sx - px + s;
                    if (v >= 0 && v < W) f(out + q, row + v, tap);
                  }
                }
              }
            }
          }
        }
      }
    };
    for (let i = 0; i < data.length; i++) data[i] = b[Math.floor(i / (P * Q)) % K];
    each((out, at, tap) => {
      data[out] += w[tap] * x.data[at];
    });
    const back = (dy: Float64Array) => {
      const dx = new Float64Array(x.data.length);
      const dw = new Float64Array(w.length);
      const db = new Float64Array(K);
      each((out, at, tap) => {
        dw[tap] += dy[out] * x.data[at];
        dx[at] += dy[out] * w[tap];
      });
      for (let i = 0; i < dy.length; i++) db[Math.floor(i / (P * Q)) % K] += dy[i];
      gradients.set(weights.w, dw).set(weights.b, db);
      return dx;
    };
    return { y: { shape: [N, K, P, Q], data }, back };
  }
  if (type === 'maxPool') {
    // Caffe's: the ceiling, without padding.
    const [R] = numbers('kernel');
    const [stride] = numbers('stride');
    const P = Math.ceil((H - R) / stride) + 1;
    const Q = Math.ceil((W - R) / stride) + 1;
    const data = new Float64Array(N * C * P * Q);
    const from = new Uint32Array(data.length);
    for (let i = 0; i < data.length; i++) {
      const plane = Math.floor(i / (P * Q));
      const p = Math.floor(i / Q) % P;
      const q = i % Q;
      let best = Number.NEGATIVE_INFINITY;
      for (let h = p * stride; h < Math.min(p * stride + R, H); h++) {
        for (let v = q * stride; v < Math.min(q * stride + R, W); v++) {
          const at = (plane * H + h) * W + v;
          if (x.data[at] > best) {
            best = x.data[at];
            from[i] = at;
          }
        }
      }
      data[i] = best;
    }
    const back = (dy: Float64Array) => {
      const dx = new Float64Array(x.data.length);
      for (let i = 0; i < dy.length; i++) dx[from[i]] += dy[i];
      return dx;
    };
    return { y: { shape: [N, C, P, Q], data }, back };
  }
  if (type === 'lrn') {
    const half = (number('size') - 1) / 2;
    const a = number('alpha') / number('size');
    const beta = number('beta');
    const plane = H * W;
    const scale = new Float64Array(x.data.length);
    const around = (i: number, f: (j: number) => void) => {
      const c = Math.floor(i / plane) % C;
      for (let j = Math.max(c - half, 0); j <= Math.min(c + half, C - 1); j++) f(i + (j - c) * plane);
    };
    for (let i = 0; i < scale.length; i++) {
      let sum = number('k');
      around(i, (j) => {
        sum += a * x.data[j] ** 2;
      });
      scale[i] = sum;
    }
    const data = x.data.map((v, i) => v * scale[i] ** -beta);
    const back = (dy: Float64Array) => {
      const dx = dy.map((g, i) => g * scale[i] ** -beta);
      for (let i = 0; i < dy.length; i++) {
        const share = (2 * a * beta * dy[i] * data[i]) / scale[i];
        around(i, (j) => {
          dx[j] -= share * x.data[j];
        });
      }
      return dx;
    };
    return { y: { shape: x.shape, data }, back };
  }
  throw new Error(`the reference does not know ${type} (layer ${layer.name})`);
}
