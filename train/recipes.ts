// The built-in nets: how each one is trained, on which data, and what its card says.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context } from '../src/gpu/context.js';
import type { Model, Preprocessing } from '../src/graph/model.js';
import { writePicture } from '../src/node/images.js';
import type { Attack } from './attack.js';
import { confusionTable } from './card.js';
import { netOfRun } from './checkpoint.js';
import { type ImageSet, type ImageSetOptions, worldSet } from './data.js';
import { answers, besideEachOther, featuresOf, generated } from './features.js';
import { untrained } from './net.js';
import { distanceToNearest, drawnNear } from './parzen.js';
import { writeConfusion } from './plots.js';
import { reconstructionErrors } from './reconstruction.js';
import type { Task } from './run.js';
import { reconstructionSheet, sampleSheet } from './sheets.js';
import { storedModel } from './store.js';
import { autoencoderTask, type CodeSet, denoisingError } from './tasks/autoencoder.js';
import { type CaptionSet, captionerTask, captionsOf, encodeCaptions, wordAccuracy } from './tasks/captioner.js';
import {
  accuracyUnder,
  type ClassifierRecipe,
  classifierTask,
  confusion,
  type Sketcher,
  strong,
} from './tasks/classifier.js';
import { type CodecRecipe, codecTask } from './tasks/codec.js';
import { type GeneratorRecipe, generatorTask } from './tasks/generator.js';
import { type SoftGeneratorRecipe, softGeneratorTask } from './tasks/softGenerator.js';
import { CLASSES, VOCABULARY } from './world/index.js';
import { streamOf } from './world/random.js';
import { agreement, saidIn } from './world/said.js';

export interface Place {
  readonly ctx: Context;
  /** Folder of the trained nets. */
  readonly models: string;
}

export interface Start extends Place {
  /** Folder of the runs. A net that was trained together with another starts from that run. */
  readonly runs: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (text: string) => void;
}

export interface Recipe {
  /** A one-line description. */
  readonly about: string;
  task(start: Start): Promise<Task>;
  /** Measures a trained net on the first of the held-out images, by default on all. */
  figures(model: Model, place: Place, heldOut?: number): Promise<Readonly<Record<string, number>>>;
  /** What takes too long for a test to measure again. */
  slowFigures?(model: Model, place: Place): Promise<Readonly<Record<string, number>>>;
  /** Writes pictures into `models/sheets` and returns the Markdown that shows them. */
  more(model: Model, place: Place): Promise<string>;
}

/** Seeds of the world: training images, and images that no net has seen. */
const TRAINING = { seed: 1, length: 24_000 };
const HELD_OUT = { seed: 2, length: 2_000 };
/** The first held-out images, which tests measure again. */
export const MEASURED_AGAIN = 100;
const heldOutImages = (length = HELD_OUT.length): Promise<ImageSet> => imagesOf({ ...HELD_OUT, length });

export const DATA = `${TRAINING.length} images of the world with seed ${TRAINING.seed}; held out: ${HELD_OUT.length} images with seed ${HELD_OUT.seed}`;

/** Cached image sets, for figures and pictures of a card and for nets that are evaluated together. */
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
  // After an interruption, the set may be drawn again.
  set.catch(() => drawnSets.delete(key));
  return set;
}

/** Channel means of a set, rounded. The scale brings pixels to about one. */
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
  /** The sketch that is drawn from the codes during training: by which net, and at which size. */
  readonly sketch?: Omit<Sketcher, 'model'> & { readonly by: string; readonly side: number };
}

/** The card's text for a classifier that was trained with a sketch. */
const sketched = (side: number): string => `
A net that only has to tell 20 things apart forgets their colours and where they stand, and then nothing can make an image of its
codes. While this one was trained a linear map drew the image at ${side}×${side} pixels from its codes, and the squared error of that was
part of the loss. The map is not part of the net.
`;

function classifier(name: string, about: string, { sketch, ...own }: ClassifierOptions): Recipe {
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
      const model = untrained(name, recipe.seed, { labels: training.labels, preprocessing });
      const sketcher = sketch && {
        layer: sketch.layer,
        weight: sketch.weight,
        model: untrained(sketch.by, recipe.seed + 1),
      };
      return classifierTask(model, recipe, training, await imagesOf(HELD_OUT, start), sketcher);
    },
    async figures(model, { ctx }, heldOut) {
      return { 'held-out accuracy': (await confusion(ctx, model, await heldOutImages(heldOut))).accuracy };
    },
    async more(model, place) {
      return `${sketch ? sketched(sketch.side) : ''}${await confusionOf(name, model, place)}`;
    },
  };
}

/** The confusion matrix of a classifier: a picture in `models/sheets`, and a table. */
async function confusionOf(name: string, model: Model, place: Place): Promise<string> {
  const images = await imagesOf(HELD_OUT);
  const { counts } = await confusion(place.ctx, model, images);
  await writeConfusion(await sheetPath(place, `${name}-confusion`), images.labels, counts);
  return `
![confusion matrix of the held-out images](sheets/${name}-confusion.png)
${confusionTable(images.labels, counts)}`;
}

/** Held-out images that are attacked for a card. */
const ATTACKED = 500;

/** The card's text for a net that was trained against an adversary. */
const robustWhy = (from: string, { radius, steps, stepLength }: Attack): string => `
It begins as ${from} and has the same layers. While it was trained each image was first moved to where the net as it stood did worse:
by projected gradient ascent on the loss (Madry et al. 2018), at most ${radius} away by the L2 norm of pixels from 0 to 1. A net that is to
name such images, too, can’t go by patterns that people don’t see. So what it looks for is plainer, and a picture of a unit is more
often known at sight (Engstrom et al. 2019; Santurkar et al. 2019). The price is a little accuracy on images that nobody moved.

Under attack: the share of the first ${ATTACKED.toLocaleString('en')} held-out images whose class it still names after ${steps} such steps of ${stepLength} each, which are as a share
of the distance allowed. Each net is attacked by its own gradients.
`;

/** A net that goes on from the weights of `from`, against an adversary. */
function robust(name: string, from: string, about: string, recipe: ClassifierRecipe & { attack: Attack }): Recipe {
  return {
    about,
    async task(start) {
      const training = await imagesOf(TRAINING, start);
      const model = { ...(await storedModel(start.models, from)), name };
      const task = classifierTask(model, recipe, training, await imagesOf(HELD_OUT, start));
      return { ...task, recipe: { ...task.recipe, 'begins as': from } };
    },
    async figures(model, { ctx }, heldOut) {
      return { 'held-out accuracy': (await confusion(ctx, model, await heldOutImages(heldOut))).accuracy };
    },
    async slowFigures(model, { ctx, models }) {
      const images = { ...(await imagesOf(HELD_OUT)), length: ATTACKED };
      const under = (net: Model) => accuracyUnder(ctx, strong(recipe.attack), net, images);
      return {
        'accuracy under attack': await under(model),
        [`that of ${from}`]: await under(await storedModel(models, from)),
      };
    },
    async more(model, place) {
      return `${robustWhy(from, strong(recipe.attack))}${await confusionOf(name, model, place)}`;
    },
  };
}

/** The net with the codes that images are generated from. */
const ENCODER = 'mini-encoder';
const GENERATOR = 'mini-generator';
/** What it goes on from. */
const SOFT = 'mini-generator-soft';
const CODE = 'fc6';
/** Its twin that was trained against an adversary. */
const ROBUST = 'mini-caffenet-robust';
const CLASSIFIER = 'mini-caffenet';

/** The prior over codes. */
const PRIOR = 'mini-dae';
/** How codes without an image are drawn. */
const SAMPLES = { seed: 1, neighbours: 8, spread: 0.5 };
/** Number of samples to show, and to classify. */
const SHOWN = 80;
const COUNTED = 600;
/** The amount of noise for the error on the card, relative to the codes' standard deviation. */
const NOISE = 0.3;
/** Classifies samples. It has another architecture and was not used to train any of these nets. */
const JUDGE = 'mini-squeezenet';

const CODEC: CodecRecipe = {
  seed: 1,
  batch: 16,
  steps: 4000,
  rate: 2e-3,
  coarseRate: 0.1,
  image: 3,
  feature: 1,
  naming: 0.1,
  compared: 'conv2',
  code: CODE,
  components: { images: 6000, side: 16, count: 256 },
};

const codec: Recipe = {
  about: 'A classifier whose codes keep what it sees, trained together with a generator that draws it again',
  async task(start) {
    const training = await imagesOf(TRAINING, start);
    const preprocessing = preprocessingFor(training);
    const nets = {
      encoder: untrained(ENCODER, CODEC.seed, { labels: training.labels, preprocessing }),
      generator: untrained(SOFT, CODEC.seed + 1, { preprocessing }),
      comparator: await storedModel(start.models, CLASSIFIER),
    };
    return codecTask(nets, CODEC, training, await imagesOf(HELD_OUT, start));
  },
  async figures(model, { ctx }, heldOut) {
    return { 'held-out accuracy': (await confusion(ctx, model, await heldOutImages(heldOut))).accuracy };
  },
  async more(model, place) {
    return `${ENCODER_WHY}${await confusionOf(ENCODER, model, place)}`;
  },
};

/** What is measured of a generator. */
async function generatorFigures(
  model: Model,
  place: Place,
  heldOut?: number,
): Promise<Readonly<Record<string, number>>> {
  const encoder = await storedModel(place.models, ENCODER);
  const images = await heldOutImages(heldOut);
  const counted = Math.min(COUNTED, images.length);
  const { pixelError, codeError, energy } = await reconstructionErrors(place.ctx, model, encoder, images, CODE);
  const set = await codesFor(place, images);
  const shown = set.codes.subarray(0, (set.codes.length / set.length) * counted);
  return {
    'held-out image error': pixelError,
    'held-out code error': codeError,
    'gradient energy': energy,
    'held-out images named right': await namedRight(place, model, shown, (k) => set.classes[k]),
    'samples named right': await namedRight(place, model, samplesOf(set, counted), (k) => k % CLASSES.length),
  };
}

/** Writes sheets of reconstructions and samples, and says how far samples lie from codes of images. */
async function generatorSheets(model: Model, place: Place): Promise<{ readonly made: string; readonly known: string }> {
  const encoder = await storedModel(place.models, ENCODER);
  const sheet = await reconstructionSheet(place.ctx, model, encoder, await imagesOf(HELD_OUT), CODE);
  await writePicture(await sheetPath(place, model.name), sheet);
  const set = await codesFor(place, await imagesOf(HELD_OUT));
  const samples = samplesOf(set, COUNTED);
  const size = set.codes.length / set.length;
  const pictures = await sampleSheet(place.ctx, model, samples.subarray(0, SHOWN * size));
  await writePicture(await sheetPath(place, `${model.name}-samples`), pictures);
  const [made, known] = [samples, set.codes].map((codes) => distanceToNearest(codes.subarray(0, COUNTED * size), set));
  return { made: made.toFixed(1), known: known.toFixed(1) };
}

const GENERATOR_TERMS = `
Errors are squared and relative: of the image to the images’ variance about their mean colour, of the code to its mean square. Gradient
energy: the sum of squared differences between neighbouring pixels, relative to that of the originals; a blurred image has little.

Named right: of ${COUNTED} images that are made of codes, the share that ${JUDGE} takes for their class. It had no part in making
them.
`;

const softGenerator: Recipe = {
  about: 'The first stage of mini-generator: images from mini-encoder’s fc6 codes (DeePSiM), soft',
  async task(start) {
    const { models, runs } = start;
    const encoder = await storedModel(models, ENCODER);
    const { preprocessing } = encoder;
    const recipe: SoftGeneratorRecipe = {
      seed: 1,
      batch: 16,
      steps: 2500,
      rate: 4e-4,
      discriminatorRate: 2e-4,
      image: 3,
      feature: 0.5,
      adversarial: 0.001,
      code: CODE,
      compared: 'conv2',
    };
    const nets = {
      encoder,
      comparator: await storedModel(models, CLASSIFIER),
      generator: await netOfRun(runs, ENCODER, untrained(SOFT, CODEC.seed + 1, { preprocessing }), CODEC.steps),
      discriminator: untrained('mini-discriminator', recipe.seed + 1),
    };
    return softGeneratorTask(nets, recipe, await imagesOf(TRAINING, start), await imagesOf(HELD_OUT, start));
  },
  figures: generatorFigures,
  async more(model, place) {
    await generatorSheets(model, place);
    return `${GENERATOR_TERMS}
It begins as the run of mini-encoder left it, which trained both together without a discriminator: train that first. It is kept because
mini-generator goes on from it.

![held-out images, and below each what is made of its code](sheets/${SOFT}.png)

What is wrong with them: nearly everything is known again at a glance, down to the towers behind an umbrella and the fruit on its
shelves, but as in a picture of 16×16 pixels that was enlarged and touched up: outlines are soft, eyes and the hands of clocks are
specks, numerals are lost, dots and zigzags of cloth become grain, and a fish on a ground of zigzags is gone. The discriminator tells
made images from real ones nearly always; a weight of its loss five times as large made the grain stronger and nothing sharper.

![samples](sheets/${SOFT}-samples.png)
`;
  },
};

const REFINING: GeneratorRecipe = {
  seed: 1,
  batch: 16,
  steps: 1300,
  rate: 3e-4,
  discriminatorRate: 3e-4,
  image: 1,
  feature: 1,
  adversarial: 0.8,
  code: CODE,
  compared: ['conv1', 'conv2', 'conv3'],
  shift: 4,
  average: 0.995,
};

const generator: Recipe = {
  about: 'Images from mini-encoder’s fc6 codes: an up-convolutional generator (DeePSiM) with a refiner',
  async task(start) {
    const { models } = start;
    const encoder = await storedModel(models, ENCODER);
    const soft = await storedModel(models, SOFT);
    const fresh = untrained(GENERATOR, REFINING.seed, { preprocessing: encoder.preprocessing });
    const nets = {
      encoder,
      comparators: [await storedModel(models, CLASSIFIER), await storedModel(models, ROBUST)],
      generator: { ...fresh, weights: new Map([...fresh.weights, ...soft.weights]) },
      discriminator: untrained('mini-patches', REFINING.seed + 1),
    };
    return generatorTask(nets, REFINING, await imagesOf(TRAINING, start), await imagesOf(HELD_OUT, start));
  },
  figures: generatorFigures,
  async more(model, place) {
    const { made, known } = await generatorSheets(model, place);
    return `${GENERATOR_TERMS}
What was tried beyond mini-generator-soft, and what is in it: a refiner of three convolutions at the size of the image; features of conv1 to conv3 of
mini-caffenet and of its robust twin, of images that are shifted alike at each step; a discriminator of patches that knows the class (projection), with
spectrally normalized weights and the hinge loss, whose gradient at the image is held at 0.8 of that of the other losses; an average of the
weights. Images are named right far more often than those of the first stage, and have twice its gradient energy, at a larger error of the image.

What is wrong with them: the finest texture is a grid of four pixels, in every image. Eyes, hands of
clocks and numerals are still specks; dots and checks of cloth are grain. A code of 384 numbers has no room for them. The loss was still falling when the run ended.
![held-out images, and below each what is made of its code](sheets/mini-generator.png)

Samples: codes that no image was encoded to, drawn from manifold Parzen windows (Vincent & Bengio 2003) over the codes of the held-out
images: one of the class’s codes, moved by normal numbers along the ways to its ${SAMPLES.neighbours} nearest neighbours. They lie ${made} from
the nearest of these codes, which lie ${known} from each other’s nearest. Row by row: ${CLASSES.map((c) => c.name).join(', ')}; and again.

![samples](sheets/mini-generator-samples.png)
`;
  },
};

/** Activations of a net for a set. Reports the progress for large sets. */
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

/**
 * What the captioner reads of each image: what the robust net sees, whose gradients are of things that people see too, and the picture
 * itself at 16×16 pixels, which has the colours. Also the default of the objective `caption`.
 */
const READ = [
  [ROBUST, 'pool5'],
  [ROBUST, 'fc6'],
  [ROBUST, 'fc8'],
  [ENCODER, 'coarse'],
] as const;

async function captionFeatures(place: Place & Partial<Start>, images: ImageSet): Promise<Float32Array> {
  const parts: Float32Array[] = [];
  for (const [net, layer] of READ) parts.push(await encoded(place, images, net, layer));
  return besideEachOther(parts, images.length);
}

async function captionsFor(place: Place, images: ImageSet, words: readonly string[]): Promise<CaptionSet> {
  return {
    name: images.name,
    length: images.length,
    features: await captionFeatures(place, images),
    sentences: encodeCaptions(images.captions, words),
  };
}

/** Held-out images whose whole sentences are looked at. */
const SAID = 1000;
const SAID_AT_ONCE = 250;

const captioner: Recipe = {
  about:
    'Sentences about images, from what mini-caffenet-robust sees and the colours at 16×16 pixels: an LSTM captioner (LRCN)',
  async task(start) {
    const words = ['<EOS>', ...VOCABULARY];
    const training = await captionsFor(start, await imagesOf(TRAINING, start), words);
    const heldOut = await captionsFor(start, await imagesOf(HELD_OUT, start), words);
    const recipe = { seed: 1, batch: 128, steps: 1000, rate: 4e-3 };
    return captionerTask(untrained('mini-captioner', recipe.seed, { labels: words }), recipe, training, heldOut);
  },
  async figures(model, place, heldOut) {
    const set = await captionsFor(place, await heldOutImages(heldOut), model.labels ?? []);
    return { 'held-out word accuracy': await wordAccuracy(place.ctx, model, set) };
  },
  async slowFigures(model, place) {
    const images = await heldOutImages(SAID);
    const { features } = await captionsFor(place, images, model.labels ?? []);
    const said: string[] = [];
    const width = features.length / images.length;
    for (let at = 0; at < images.length; at += SAID_AT_ONCE) {
      const rows = features.subarray(at * width, Math.min(at + SAID_AT_ONCE, images.length) * width);
      said.push(...(await captionsOf(place.ctx, model, rows)));
    }
    const counts = new Map<string, { right: number; all: number }>();
    for (const [what, same] of said.flatMap((sentence, i) =>
      // What names no class is no sentence of the world.
      CLASSES.some(({ name }) => sentence.split(' ').includes(name))
        ? agreement(saidIn(sentence), saidIn(images.captions[i]))
        : [],
    )) {
      for (const name of [what, 'all attributes']) {
        const { right, all } = counts.get(name) ?? { right: 0, all: 0 };
        counts.set(name, { right: right + Number(same), all: all + 1 });
      }
    }
    return Object.fromEntries([...counts].map(([what, { right, all }]) => [`${what} right`, right / all]));
  },
  async more(model, place) {
    const images = await imagesOf(HELD_OUT);
    const shown = 16;
    const { features } = await captionsFor(place, { ...images, length: shown }, model.labels ?? []);
    const said = await captionsOf(place.ctx, model, features);
    return `
Word accuracy: the share of words, ends included, that are its first choice after the true words before them. Right: of what its own sentences say of the first ${SAID} held-out images,
where the true sentences speak of it too, the share that is the same.

| the first ${shown} held-out images | what it says of them |
| - | - |
${said.map((sentence, i) => `| ${images.captions[i]} | ${sentence} |`).join('\n')}
`;
  },
};

async function codesFor(place: Place, images: ImageSet): Promise<CodeSet> {
  const codes = await encoded(place, images, ENCODER, CODE);
  return { name: images.name, length: images.length, codes, classes: images.classes };
}

/** Draws `count` codes near those of a set, with the classes in turn. */
function samplesOf(set: CodeSet, count: number): Float32Array {
  const random = streamOf(SAMPLES.seed, 0);
  const drawn = Array.from({ length: count }, (_, k) => drawnNear(set, k % CLASSES.length, SAMPLES, random));
  const samples = new Float32Array(count * drawn[0].length);
  drawn.forEach((code, k) => {
    samples.set(code, k * code.length);
  });
  return samples;
}

/** The share of generated images that an independent net assigns to the right class. */
async function namedRight(
  { ctx, models }: Place,
  generator: Model,
  codes: Float32Array,
  classOf: (k: number) => number,
) {
  const images = await generated(ctx, generator, codes);
  const named = await answers(ctx, await storedModel(models, JUDGE), images);
  return named.filter((answer, k) => answer === classOf(k)).length / named.length;
}

const autoencoder: Recipe = {
  about: 'The prior over mini-encoder’s fc6 codes: a denoising autoencoder (PPGN-h)',
  async task(start) {
    const recipe = { seed: 1, batch: 128, steps: 6000, rate: 1e-3, untold: 0.15 };
    const training = await codesFor(start, await imagesOf(TRAINING, start));
    const heldOut = await codesFor(start, await imagesOf(HELD_OUT, start));
    return autoencoderTask(untrained(PRIOR, recipe.seed), recipe, training, heldOut);
  },
  async figures(model, place, heldOut) {
    const set = await codesFor(place, await heldOutImages(heldOut));
    return { 'held-out code error': await denoisingError(place.ctx, model, set, NOISE) };
  },
  async more() {
    return `
The error is squared, of codes from which noise of ${NOISE} times their deviation was removed without knowing the class, relative to
their variance about the mean code.

What it can’t do: draw codes from noise alone. Taking noise away in 20 steps with the class told (DDIM, guidance 1.5) gave pictures
of which ${JUDGE} named 28 % of 600 right: coloured blobs, when looked at after 1,060 steps of training. No command draws them. Samples are drawn otherwise: see
[mini-generator](mini-generator.md).
`;
  },
};

const ENCODER_WHY = `
A net that only has to tell 20 things apart forgets their colours and where they stand, and then nothing can make an image of its
codes. This one was trained together with mini-generator-soft, which draws the image again from its codes: to draw it well, in pixels and
in mini-caffenet’s features, is most of the loss, the names are the rest. mini-caffenet is the net to look at, this one the net to
make images from.
`;

export const recipes: Readonly<Record<string, Recipe>> = {
  'mini-caffenet': classifier('mini-caffenet', 'CaffeNet in miniature: 20 classes of world images, 64x64 pixels', {
    steps: 6000,
    sketch: { by: 'mini-sketch', side: 16, layer: 'relu6', weight: 2 },
  }),
  'mini-caffenet-robust': robust(
    'mini-caffenet-robust',
    CLASSIFIER,
    'mini-caffenet trained on against an adversary: pictures made on it are plainer',
    {
      seed: 1,
      batch: 32,
      steps: 3000,
      optimizer: 'adam',
      rate: 2e-3,
      momentum: 0.9,
      weightDecay: 0,
      shift: 4,
      cycles: [
        { steps: 1200, rate: 2e-3 },
        { steps: 1800, rate: 1.5e-3, rise: 0.1 },
      ],
      attack: { radius: 1, steps: 3, stepLength: 0.7 },
    },
  ),
  'mini-encoder': codec,
  'mini-squeezenet': classifier('mini-squeezenet', 'SqueezeNet’s fire modules in miniature: the same 20 classes', {
    steps: 5000,
  }),
  'mini-generator-soft': softGenerator,
  'mini-generator': generator,
  'mini-captioner': captioner,
  'mini-dae': autoencoder,
};
