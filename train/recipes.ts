// The embedded nets: how each is trained, on what, and what its card says.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context } from '../src/gpu/context.js';
import type { Model, Preprocessing } from '../src/graph/model.js';
import { writePicture } from '../src/node/images.js';
import { confusionTable } from './card.js';
import { type ImageSet, type ImageSetOptions, worldSet } from './data.js';
import { featuresOf } from './features.js';
import { untrained } from './net.js';
import { writeConfusion } from './plots.js';
import type { Task } from './run.js';
import { reconstructionSheet, sampleSheet } from './sheets.js';
import { storedModel } from './store.js';
import { autoencoderTask, reconstructionError, sampleCodes } from './tasks/autoencoder.js';
import { type CaptionSet, captionerTask, captionsOf, encodeCaptions, wordAccuracy } from './tasks/captioner.js';
import { type ClassifierRecipe, classifierTask, confusion, type Sketcher } from './tasks/classifier.js';
import { type GeneratorRecipe, generatorTask, reconstructionErrors } from './tasks/generator.js';
import { VOCABULARY } from './world/index.js';

export interface Place {
  readonly ctx: Context;
  /** Folder of the nets that are trained already. */
  readonly models: string;
}

export interface Start extends Place {
  readonly signal?: AbortSignal;
  readonly onProgress?: (text: string) => void;
}

export interface Recipe {
  /** What the net does, in one line. */
  readonly about: string;
  task(start: Start): Promise<Task>;
  /** How well a trained net does on held-out images. */
  figures(model: Model, place: Place): Promise<Readonly<Record<string, number>>>;
  /** Writes pictures into `models/sheets` and returns the Markdown that shows them. */
  more(model: Model, place: Place): Promise<string>;
}

/** Seeds of the world: images to learn from, and images that no net has seen. */
const TRAINING = { seed: 1, length: 24_000 };
const HELD_OUT = { seed: 2, length: 2_000 };
export const DATA = `${TRAINING.length} images of the world with seed ${TRAINING.seed}; held out: ${HELD_OUT.length} images with seed ${HELD_OUT.seed}`;

/** Sets that were drawn, for the figures and the pictures of a card and for nets that are evaluated together. */
const drawnSets = new Map<string, Promise<ImageSet>>();

function imagesOf({ seed, length }: typeof TRAINING, { signal, onProgress }: Partial<Start> = {}): Promise<ImageSet> {
  const key = `${seed}/${length}`;
  const known = drawnSets.get(key);
  if (known) return known;
  const options: ImageSetOptions = {
    ...(signal && { signal }),
    onProgress: (drawn) => {
      if (drawn % 2000 === 0) onProgress?.(`drew ${drawn} of ${length} world images`);
    },
  };
  const set = worldSet(seed, length, options);
  drawnSets.set(key, set);
  // Who was interrupted may begin again.
  set.catch(() => drawnSets.delete(key));
  return set;
}

/** Channel means of a set, rounded; the scale brings pixels to about one. */
function preprocessingFor({ pixels }: ImageSet): Preprocessing {
  const sums = [0, 0, 0];
  for (let i = 0; i < pixels.length; i++) sums[i % 3] += pixels[i];
  const [r, g, b] = sums.map((s) => Math.round((s * 3) / pixels.length));
  return { order: 'bgr', mean: [b, g, r], scale: 1 / 64, fit: 'crop', stated: true };
}

async function sheetPath({ models }: Place, name: string): Promise<string> {
  await mkdir(join(models, 'sheets'), { recursive: true });
  return join(models, 'sheets', `${name}.png`);
}

interface ClassifierOptions extends Partial<ClassifierRecipe> {
  /** Whose layers it has; default its own name's. */
  readonly net?: string;
  /** What is drawn from its codes while it is trained: by which net, at how many pixels a side. */
  readonly sketch?: Omit<Sketcher, 'model'> & { readonly by: string; readonly side: number };
  /** For its card. */
  readonly why?: string;
}

/** Of a classifier that was trained with a sketch. */
const sketched = (side: number): string => `
A net that only has to tell 20 things apart forgets their colours and where they stand, and then nothing can make an image of its
codes. While this one was trained a linear map drew the image at ${side}×${side} pixels from its codes, and the squared error of that was
part of the loss. The map is not part of the net.
`;

function classifier(name: string, about: string, { net = name, sketch, why = '', ...own }: ClassifierOptions): Recipe {
  const recipe: ClassifierRecipe = {
    seed: 1,
    batch: 32,
    steps: 9000,
    optimizer: 'adam',
    rate: 1e-3,
    momentum: 0.9,
    weightDecay: 0.01,
    shift: 4,
    ...own,
  };
  return {
    about,
    async task(start) {
      const training = await imagesOf(TRAINING, start);
      const preprocessing = preprocessingFor(training);
      const model = untrained(net, recipe.seed, { name, labels: training.labels, preprocessing });
      const sketcher = sketch && {
        layer: sketch.layer,
        weight: sketch.weight,
        model: untrained(sketch.by, recipe.seed + 1),
      };
      return classifierTask(model, recipe, training, await imagesOf(HELD_OUT, start), sketcher);
    },
    async figures(model, { ctx }) {
      return { 'held-out accuracy': (await confusion(ctx, model, await imagesOf(HELD_OUT))).accuracy };
    },
    async more(model, place) {
      const images = await imagesOf(HELD_OUT);
      const { counts } = await confusion(place.ctx, model, images);
      await writeConfusion(await sheetPath(place, `${name}-confusion`), images.labels, counts);
      return `${sketch ? sketched(sketch.side) : ''}${why}
![confusion matrix of the held-out images](sheets/${name}-confusion.png)
${confusionTable(images.labels, counts)}`;
    },
  };
}

/** The net of the codes that images are made from. */
const ENCODER = 'mini-encoder';
const CODE = 'fc6';
/** What the captioner looks at. */
const CLASSIFIER = 'mini-caffenet';
const LOGITS = 'fc8';

/** Says which codes are likely. */
const PRIOR = 'mini-dae';
const SAMPLES = { seed: 1, count: 60, noise: 0.3, rounds: 3 };

const generator: Recipe = {
  about: 'Images from mini-encoder’s fc6 codes: an up-convolutional generator (DeePSiM)',
  async task(start) {
    const encoder = await storedModel(start.models, ENCODER);
    const recipe: GeneratorRecipe = {
      seed: 1,
      batch: 16,
      steps: 6000,
      rate: 4e-3,
      discriminatorRate: 1e-4,
      image: 3,
      feature: 0.1,
      adversarial: 0.003,
      code: CODE,
      compared: 'pool5',
    };
    const nets = {
      encoder,
      generator: untrained('mini-generator', recipe.seed, { preprocessing: encoder.preprocessing }),
      discriminator: untrained('mini-discriminator', recipe.seed + 1),
    };
    return generatorTask(nets, recipe, await imagesOf(TRAINING, start), await imagesOf(HELD_OUT, start));
  },
  async figures(model, { ctx, models }) {
    const encoder = await storedModel(models, ENCODER);
    const { pixelError, codeError } = await reconstructionErrors(ctx, model, encoder, await imagesOf(HELD_OUT), CODE);
    return { 'held-out image error': pixelError, 'held-out code error': codeError };
  },
  async more(model, place) {
    const encoder = await storedModel(place.models, ENCODER);
    const sheet = await reconstructionSheet(place.ctx, model, encoder, await imagesOf(HELD_OUT), CODE);
    await writePicture(await sheetPath(place, 'mini-generator'), sheet);
    return `
Errors are squared and relative: of the image to the images’ variance about their mean colour, of the code to its mean square.

![held-out images, and below each what is made of its code](sheets/mini-generator.png)

What is wrong with them: the place, the light, the colours and where things stand are right, and so is mostly what they are: fish,
storefronts, shelves of fruit, mushrooms, bottles, boats, cups, flowers, faces and the butterfly on grass are known again, clocks have
a rim and the apple is cut open. But all is seen as through frosted glass, and what is small is lost: faces have no eyes, clocks no
hands, cloth no pattern, a bird or an umbrella may be anything. A faint weave of four pixels is left; in trials without the
adversarial loss there was none. The code was trained to hold the image at 32×32 pixels, of whose variance it kept 84 % in training,
and nothing finer; the discriminator tells made images from real ones 49 times in 50. The held-out image error was 0.33 for
mini-caffenet's own codes, trained with a sketch of 16×16 pixels, and 0.62 for those of a net without one.
${await samplesOf(model, place)}`;
  },
};

/** Activations of a net for a set; says how far it is where there are thousands. */
async function encoded(
  { ctx, models, onProgress }: Place & Partial<Start>,
  images: ImageSet,
  net: string,
  layer: string,
): Promise<Float32Array> {
  return featuresOf(ctx, await storedModel(models, net), images, layer, (done) => {
    if (done % 4000 === 0) onProgress?.(`${layer} of ${done} of ${images.length} images`);
  });
}

/** Pictures of codes that the autoencoder finds likely, once it is trained. */
async function samplesOf(model: Model, place: Place): Promise<string> {
  const prior = await storedModel(place.models, PRIOR).catch(() => undefined);
  if (!prior) return `\nSamples need ${PRIOR}: train it, then run this command again.\n`;
  const images = await imagesOf(HELD_OUT);
  const set = { ...(await codesFor(place, images)), classes: images.classes };
  const codes = await sampleCodes(place.ctx, prior, set, SAMPLES);
  await writePicture(await sheetPath(place, 'mini-generator-samples'), await sampleSheet(place.ctx, model, codes));
  return `
Samples: a code is drawn with the mean and covariance of a class’s codes, then brought to where ${PRIOR} finds codes dense by
${SAMPLES.rounds} rounds of noise and its removal. No image was encoded to them. Row by row: ${images.labels.join(', ')}; and again.

![samples](sheets/mini-generator-samples.png)

What is wrong with them: who knows the class finds it in faces, trees, mushrooms, umbrellas, apples, balls and markets, half the
time in houses, fish, cars, cups, boats, lamps and books, and seldom in the others; all of it is blurred. Without the rounds colours
are stronger, but parts of several images stand in each other; after ten all is paler.
`;
}

async function captionsFor(place: Place, images: ImageSet, words: readonly string[]): Promise<CaptionSet> {
  return {
    name: images.name,
    length: images.length,
    features: await encoded(place, images, CLASSIFIER, LOGITS),
    sentences: encodeCaptions(images.captions, words),
  };
}

const captioner: Recipe = {
  about: 'Sentences about images, from mini-caffenet’s fc8: an LSTM captioner (LRCN)',
  async task(start) {
    const words = ['<EOS>', ...VOCABULARY];
    const training = await captionsFor(start, await imagesOf(TRAINING, start), words);
    const heldOut = await captionsFor(start, await imagesOf(HELD_OUT, start), words);
    const recipe = { seed: 1, batch: 64, steps: 1200, rate: 3e-3 };
    return captionerTask(untrained('mini-captioner', recipe.seed, { labels: words }), recipe, training, heldOut);
  },
  async figures(model, place) {
    const set = await captionsFor(place, await imagesOf(HELD_OUT), model.labels ?? []);
    return { 'held-out word accuracy': await wordAccuracy(place.ctx, model, set) };
  },
  async more(model, place) {
    const images = await imagesOf(HELD_OUT);
    const shown = 16;
    const { features } = await captionsFor(place, { ...images, length: shown }, model.labels ?? []);
    const said = await captionsOf(place.ctx, model, features);
    return `
Word accuracy: the share of words, ends included, that are its first choice after the true words before them.

| the first ${shown} held-out images | what it says of them |
| - | - |
${said.map((sentence, i) => `| ${images.captions[i]} | ${sentence} |`).join('\n')}
`;
  },
};

async function codesFor(place: Place, images: ImageSet) {
  const codes = await encoded(place, images, ENCODER, CODE);
  return { name: images.name, length: images.length, codes };
}

const autoencoder: Recipe = {
  about: 'The prior over mini-encoder’s fc6 codes: a denoising autoencoder (PPGN-h)',
  async task(start) {
    const recipe = { seed: 1, batch: 128, steps: 5000, rate: 1e-3, noise: 0.3 };
    const training = await codesFor(start, await imagesOf(TRAINING, start));
    const heldOut = await codesFor(start, await imagesOf(HELD_OUT, start));
    return autoencoderTask(untrained('mini-dae', recipe.seed), recipe, training, heldOut);
  },
  async figures(model, place) {
    const set = await codesFor(place, await imagesOf(HELD_OUT));
    return { 'held-out code error': await reconstructionError(place.ctx, model, set) };
  },
  async more() {
    return `
The error is squared, of codes without noise, relative to their variance about the mean code.
`;
  },
};

const ENCODER_WHY = `
It is not mini-caffenet itself, because that has its price. Of 1,000 held-out images, the nine that excite a unit of conv5 most hold
at least five of one class for 33 of mini-caffenet's 64 units, and for 7 of this net's. mini-caffenet is the net to look at, this one
the net to make images from.
`;

export const recipes: Readonly<Record<string, Recipe>> = {
  'mini-caffenet': classifier('mini-caffenet', 'CaffeNet in miniature: 20 classes of world images, 64x64 pixels', {
    steps: 6000,
    sketch: { by: 'mini-sketch', side: 16, layer: 'relu6', weight: 2 },
  }),
  'mini-encoder': classifier('mini-encoder', 'The layers of mini-caffenet, trained to keep what they see', {
    net: 'mini-caffenet',
    steps: 12_000,
    sketch: { by: 'mini-sketch-32', side: 32, layer: 'relu6', weight: 20 },
    why: ENCODER_WHY,
  }),
  'mini-squeezenet': classifier('mini-squeezenet', 'SqueezeNet’s fire modules in miniature: the same 20 classes', {
    steps: 5000,
  }),
  'mini-generator': generator,
  'mini-captioner': captioner,
  'mini-dae': autoencoder,
};
