// Nets in the shapes of the authors' own: the generator upconvfc (DeePSiM, Dosovitskiy & Brox 2016), CaffeNet, and LRCN's captioner of
// CaffeNet's scores. Without their weights, which are not ours to ship: seeded ones show that everything fits and runs.
import { type Model, PLAIN } from '../../src/graph/model.js';
import { importCaffe } from '../../src/importers/index.js';

export interface AuthorsNets {
  /** CaffeNet: asked, and the encoder of the prior too. */
  readonly caffenet: Model;
  readonly generator: Model;
  readonly captioner: Model;
}

/** The mean of each channel of ImageNet's pictures, blue first. */
const MEAN = [104, 117, 123];
/** Slope of upconvfc's rectifiers below 0. */
const SLOPE = 0.3;

/** All three, with `1 / narrower` of their channels, numbers of a code, and words; 1 has the authors' shapes. */
export function authorsNets(narrower = 1): AuthorsNets {
  const width = (channels: number) => Math.max(1, Math.ceil(channels / narrower));
  return {
    caffenet: seeded(caffenet(width), 1),
    generator: seeded(upconvfc(width), 2),
    captioner: {
      ...seeded(lrcn(width), 3),
      labels: Array.from({ length: width(WORDS) }, (_, i) => (i === 0 ? '<EOS>' : `word${i}`)),
    },
  };
}

/** With weights from a seed, counted as trained: the command refuses nets that are not. */
function seeded(text: string, seed: number): Model {
  const { seeded: _, ...model } = importCaffe(text, undefined, { seededWeights: seed });
  return { ...model, preprocessing: { ...PLAIN, order: 'bgr', mean: MEAN, stated: true } };
}

type Width = (channels: number) => number;

const input = (name: string, ...dims: readonly number[]) =>
  `layer { name: "${name}" type: "Input" top: "${name}" input_param { shape { ${dims.map((d) => `dim: ${d}`).join(' ')} } } }`;
const layer = (name: string, type: string, bottom: string, own = '') =>
  `layer { name: "${name}" type: "${type}" bottom: "${bottom}" top: "${name}" ${own} }`;
const inPlace = (name: string, type: string, on: string, own = '') =>
  `layer { name: "${name}" type: "${type}" bottom: "${on}" top: "${on}" ${own} }`;
const MSRA = 'weight_filler { type: "msra" }';
const fc = (name: string, bottom: string, outputs: number) =>
  layer(name, 'InnerProduct', bottom, `inner_product_param { num_output: ${outputs} ${MSRA} }`);

/** Grows from 4×4 to 256×256. */
function upconvfc(width: Width): string {
  const code = width(4096);
  const leaky = (on: string) => inPlace(`relu_${on}`, 'ReLU', on, `relu_param { negative_slope: ${SLOPE} }`);
  const up = (name: string, bottom: string, channels: number, [kernel, stride]: readonly [number, number]) =>
    layer(
      name,
      'Deconvolution',
      bottom,
      `convolution_param { num_output: ${channels} kernel_size: ${kernel} stride: ${stride} pad: 1 ${MSRA} }`,
    );
  const [twice, same] = [
    [4, 2],
    [3, 1],
  ] as const;
  return `name: "upconvfc" ${[
    input('feat', 1, code),
    ...['defc7', 'defc6', 'defc5'].flatMap((name, i, all) => {
      const outputs = i === 2 ? 16 * width(256) : code;
      return [fc(name, all[i - 1] ?? 'feat', outputs), leaky(name)];
    }),
    layer('reshape', 'Reshape', 'defc5', `reshape_param { shape { dim: 0 dim: ${width(256)} dim: 4 dim: 4 } }`),
    ...(
      [
        ['deconv5', 'reshape', 256, twice],
        ['conv5_1', 'deconv5', 512, same],
        ['deconv4', 'conv5_1', 256, twice],
        ['conv4_1', 'deconv4', 256, same],
        ['deconv3', 'conv4_1', 128, twice],
        ['conv3_1', 'deconv3', 128, same],
        ['deconv2', 'conv3_1', 64, twice],
        ['deconv1', 'deconv2', 32, twice],
      ] as const
    ).flatMap(([name, bottom, channels, step]) => [up(name, bottom, width(channels), step), leaky(name)]),
    up('deconv0', 'deconv1', 3, twice),
  ].join('\n')}`;
}

function caffenet(width: Width): string {
  const relu = (on: string) => inPlace(`relu_${on}`, 'ReLU', on);
  const conv = (name: string, bottom: string, channels: number, own: string) =>
    `${layer(name, 'Convolution', bottom, `convolution_param { num_output: ${channels} ${own} ${MSRA} }`)} ${relu(name)}`;
  const pool = (name: string, bottom: string) =>
    layer(name, 'Pooling', bottom, 'pooling_param { pool: MAX kernel_size: 3 stride: 2 }');
  const norm = (name: string, bottom: string) =>
    layer(name, 'LRN', bottom, 'lrn_param { local_size: 5 alpha: 0.0001 beta: 0.75 }');
  const drop = (on: string) => inPlace(`drop_${on}`, 'Dropout', on, 'dropout_param { dropout_ratio: 0.5 }');
  return `name: "CaffeNet" ${[
    input('data', 1, 3, 227, 227),
    conv('conv1', 'data', width(96), 'kernel_size: 11 stride: 4'),
    pool('pool1', 'conv1'),
    norm('norm1', 'pool1'),
    conv('conv2', 'norm1', width(256), 'kernel_size: 5 pad: 2 group: 2'),
    pool('pool2', 'conv2'),
    norm('norm2', 'pool2'),
    conv('conv3', 'norm2', width(384), 'kernel_size: 3 pad: 1'),
    conv('conv4', 'conv3', width(384), 'kernel_size: 3 pad: 1 group: 2'),
    conv('conv5', 'conv4', width(256), 'kernel_size: 3 pad: 1 group: 2'),
    pool('pool5', 'conv5'),
    `${fc('fc6', 'pool5', width(4096))} ${relu('fc6')} ${drop('fc6')}`,
    `${fc('fc7', 'fc6', width(4096))} ${relu('fc7')} ${drop('fc7')}`,
    fc('fc8', 'fc7', width(1000)),
    layer('prob', 'Softmax', 'fc8'),
  ].join('\n')}`;
}

/** Words of LRCN's vocabulary for COCO, the end of a sentence included. */
const WORDS = 8801;

/** Two LSTMs; the second one sees the image. Sentences of 20 words. */
function lrcn(width: Width): string {
  const lstm = (name: string, ...bottoms: readonly string[]) =>
    `layer { name: "${name}" type: "LSTM" ${bottoms.map((b) => `bottom: "${b}"`).join(' ')} top: "${name}"
       recurrent_param { num_output: ${width(1000)} weight_filler { type: "uniform" min: -0.08 max: 0.08 } } }`;
  const filler = 'weight_filler { type: "uniform" min: -0.08 max: 0.08 }';
  return `name: "LRCN" ${[
    input('image_features', 1, width(1000)),
    input('cont_sentence', 20, 1),
    input('input_sentence', 20, 1),
    layer(
      'embedding',
      'Embed',
      'input_sentence',
      `embed_param { bias_term: false input_dim: ${width(WORDS)} num_output: ${width(1000)} ${filler} }`,
    ),
    lstm('lstm1', 'embedding', 'cont_sentence'),
    lstm('lstm2', 'lstm1', 'cont_sentence', 'image_features'),
    layer('predict', 'InnerProduct', 'lstm2', `inner_product_param { num_output: ${width(WORDS)} axis: 2 ${filler} }`),
    layer('probs', 'Softmax', 'predict', 'softmax_param { axis: 2 }'),
  ].join('\n')}`;
}
