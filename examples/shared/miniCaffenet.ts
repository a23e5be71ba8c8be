// CaffeNet in miniature: its layers and their names, at a size that a CPU adapter can ascend many times a second. It is not
// trained; its weights are drawn from a seed.
import type { Model } from 'convscope';
import { importCaffe } from 'convscope/importers';

interface Conv {
  readonly name: string;
  readonly bottom: string;
  readonly outputs: number;
  readonly kernel: number;
  readonly stride?: number;
  readonly pad?: number;
  readonly group?: number;
}

const conv = ({ name, bottom, outputs, kernel, stride = 1, pad = 0, group = 1 }: Conv): string => `
layer { name: "${name}" type: "Convolution" bottom: "${bottom}" top: "${name}" convolution_param {
  num_output: ${outputs} kernel_size: ${kernel} stride: ${stride} pad: ${pad} group: ${group}
  weight_filler { type: "msra" } bias_filler { type: "constant" value: 0.1 } } }
layer { name: "relu${name.slice(-1)}" type: "ReLU" bottom: "${name}" top: "${name}" }`;

const pool = (n: number, bottom: string): string => `
layer { name: "pool${n}" type: "Pooling" bottom: "${bottom}" top: "pool${n}" pooling_param { pool: MAX kernel_size: 3 stride: 2 } }`;

const norm = (n: number): string => `
layer { name: "norm${n}" type: "LRN" bottom: "pool${n}" top: "norm${n}" lrn_param { local_size: 5 alpha: 1e-4 beta: 0.75 } }`;

const full = (n: number, bottom: string, outputs: number, hidden: boolean): string => `
layer { name: "fc${n}" type: "InnerProduct" bottom: "${bottom}" top: "fc${n}" inner_product_param {
  num_output: ${outputs} weight_filler { type: "msra" } } }
${hidden ? `layer { name: "relu${n}" type: "ReLU" bottom: "fc${n}" top: "fc${n}" }` : ''}`;

const PROTOTXT = `name: "mini-caffenet"
layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 dim: 64 dim: 64 } } }
${conv({ name: 'conv1', bottom: 'data', outputs: 32, kernel: 7, stride: 2 })}${pool(1, 'conv1')}${norm(1)}
${conv({ name: 'conv2', bottom: 'norm1', outputs: 48, kernel: 5, pad: 2, group: 2 })}${pool(2, 'conv2')}${norm(2)}
${conv({ name: 'conv3', bottom: 'norm2', outputs: 64, kernel: 3, pad: 1 })}
${conv({ name: 'conv4', bottom: 'conv3', outputs: 64, kernel: 3, pad: 1, group: 2 })}
${conv({ name: 'conv5', bottom: 'conv4', outputs: 48, kernel: 3, pad: 1, group: 2 })}${pool(5, 'conv5')}
${full(6, 'pool5', 128, true)}${full(7, 'fc6', 128, true)}${full(8, 'fc7', 20, false)}
layer { name: "prob" type: "Softmax" bottom: "fc8" top: "prob" }`;

/** The seed of the weights that the page shows. */
export const MINI_SEED = 1;

/** The untrained miniature. */
export function miniCaffenet(seed = MINI_SEED): Model {
  return importCaffe(PROTOTXT, undefined, {
    seed,
    preprocessing: { mean: [104, 117, 123], order: 'bgr', stated: true },
  });
}
