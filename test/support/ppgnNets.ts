// Small nets for samplers of codes: a generator, an encoder and a net that is asked.
import { type Model, PLAIN } from '../../src/graph/model.js';
import { importCaffe } from '../../src/importers/index.js';

export const IMAGE = [3, 5, 7] as const;
export const CODE = 6;
const CLASSES = 4;
const [C, H, W] = IMAGE;

const fc = (name: string, bottom: string, outputs: number, std: number) =>
  `layer { name: "${name}" type: "InnerProduct" bottom: "${bottom}" top: "${name}" inner_product_param { num_output: ${outputs}
     weight_filler { type: "gaussian" std: ${std} } bias_filler { type: "uniform" min: -0.3 max: 0.3 } } }`;
const input = (name: string, dims: string) =>
  `layer { name: "${name}" type: "Input" top: "${name}" input_param { shape { ${dims} } } }`;
const image = `dim: 1 dim: ${C} dim: ${H} dim: ${W}`;

/** A net that counts as trained. */
function trained(text: string, seed: number, preprocessing: Partial<Model['preprocessing']> = {}): Model {
  const { seeded: _, ...model } = importCaffe(text, undefined, { seededWeights: seed });
  return { ...model, preprocessing: { ...PLAIN, stated: true, ...preprocessing } };
}

/** Draws images of this size; the net that is asked takes their centre where it takes less. */
const drawing = (height: number, width: number, seed: number): Model =>
  trained(
    `name: "G" ${input('feat', `dim: 1 dim: ${CODE}`)} ${fc('grow', 'feat', C * height * width, 0.5)}
     layer { name: "tanh" type: "TanH" bottom: "grow" top: "grow" }
     layer { name: "image" type: "Reshape" bottom: "grow" top: "image" reshape_param { shape { dim: 0 dim: ${C} dim: ${height} dim: ${width} } } }`,
    seed,
    { order: 'bgr', mean: [100, 110, 120], scale: 1 / 64 },
  );

export const generator = drawing(H, W, 5);
/** Three rows and two columns more than is asked for. */
export const wideGenerator = drawing(H + 3, W + 2, 5);
/** A column less. */
export const narrowGenerator = drawing(H, W - 1, 5);
export const encoder = trained(
  `name: "E" ${input('data', image)} ${fc('fc6', 'data', CODE, 0.2)}
   layer { name: "relu6" type: "ReLU" bottom: "fc6" top: "fc6" }`,
  6,
  { order: 'bgr', mean: [90, 100, 110], scale: 1 / 50 },
);
export const condition = trained(
  `name: "C" ${input('data', image)} ${fc('fc8', 'data', CLASSES, 0.15)}
   layer { name: "prob" type: "Softmax" bottom: "fc8" top: "prob" }`,
  7,
  { order: 'rgb', mean: [10, 20, 30], scale: 0.02 },
);
export const denoiser = trained(
  `name: "R" ${input('feat', `dim: 1 dim: ${CODE}`)} ${input('level', 'dim: 1 dim: 1')} ${fc('clean', 'feat', CODE, 0.4)}
   layer { name: "told" type: "InnerProduct" bottom: "level" top: "told" inner_product_param { num_output: ${CODE} weight_filler { type: "gaussian" std: 0.5 } } }
   layer { name: "sum" type: "Eltwise" bottom: "clean" bottom: "told" top: "sum" }`,
  8,
);
/** In the shape of LRCN: five time steps, and so many features. */
const captionerOf = (features: number): Model => ({
  ...trained(
    `name: "L" ${input('image_features', `dim: 1 dim: ${features}`)} ${input('cont_sentence', 'dim: 5 dim: 1')} ${input('input_sentence', 'dim: 5 dim: 1')}
     layer { name: "embedding" type: "Embed" bottom: "input_sentence" top: "embedded"
       embed_param { bias_term: false input_dim: 6 num_output: 3 weight_filler { type: "gaussian" std: 1 } } }
     layer { name: "lstm" type: "LSTM" bottom: "embedded" bottom: "cont_sentence" bottom: "image_features" top: "lstm"
       recurrent_param { num_output: 4 weight_filler { type: "gaussian" std: 0.7 } } }
     layer { name: "predict" type: "InnerProduct" bottom: "lstm" top: "predict"
       inner_product_param { num_output: 6 axis: 2 weight_filler { type: "gaussian" std: 1 } } }
     layer { name: "probs" type: "Softmax" bottom: "predict" top: "probs" softmax_param { axis: 2 } }`,
    9,
  ),
  labels: ['<EOS>', 'a', 'red', 'blue', 'fish', 'car'],
});

/** Reads the encoder’s code. */
export const captioner = captionerOf(CODE);
/** Reads the scores of the net that is asked, then the encoder’s code. */
export const wideCaptioner = captionerOf(CLASSES + CODE);
