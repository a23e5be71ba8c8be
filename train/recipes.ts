// The embedded nets: how each is trained, on what, and what its card says.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context } from '../src/gpu/context.js';
import type { Model, Preprocessing } from '../src/graph/model.js';
import { writePicture } from '../src/node/images.js';
import { confusionTable, writeCard } from './card.js';
import { type ImageSet, worldSet } from './data.js';
import { featuresOf } from './features.js';
import { untrained } from './net.js';
import { writeConfusion } from './plots.js';
import type { Result, Task } from './run.js';
import { reconstructionSheet } from './sheets.js';
import { storedModel, storeModel } from './store.js';
import { autoencoderTask, reconstructionError } from './tasks/autoencoder.js';
import { captionerTask, captionsOf, encodeCaptions, wordAccuracy } from './tasks/captioner.js';
import { type ClassifierRecipe, classifierTask, confusion } from './tasks/classifier.js';
import { type GeneratorRecipe, generatorTask, reconstructionErrors } from './tasks/generator.js';
import { VOCABULARY } from './world/index.js';

export interface Start {
  readonly ctx: Context;
  /** Folder of the nets that are trained already. */
  readonly models: string;
  readonly signal: AbortSignal;
  readonly onProgress: (text: string) => void;
}

export interface Finish {
  readonly ctx: Context;
  readonly models: string;
  readonly result: Result;
  readonly task: Task;
}

export interface Recipe {
  task(start: Start): Promise<Task>;
  /** Writes the weights and the card. */
  finish(finish: Finish): Promise<void>;
}

/** Seeds of the world: images to learn from, and images that no net has seen. */
const TRAINING = { seed: 1, length: 24_000 };
export const HELD_OUT = { seed: 2, length: 2_000 };

const DATA = `${TRAINING.length} images of the world with seed ${TRAINING.seed}; held out: ${HELD_OUT.length} images with seed ${HELD_OUT.seed}`;

async function imageSets({ signal, onProgress }: Pick<Start, 'signal' | 'onProgress'>) {
  const set = ({ seed, length }: typeof TRAINING): Promise<ImageSet> =>
    worldSet(seed, length, {
      signal,
      onProgress: (drawn) => {
        if (drawn % 2000 === 0) onProgress(`drew ${drawn} of ${length} world images`);
      },
    });
  return { training: await set(TRAINING), heldOut: await set(HELD_OUT) };
}

/** Channel means of a set, rounded; the scale brings pixels to about one. */
function preprocessingFor({ pixels }: ImageSet): Preprocessing {
  const sums = [0, 0, 0];
  for (let i = 0; i < pixels.length; i++) sums[i % 3] += pixels[i];
  const [r, g, b] = sums.map((s) => Math.round((s * 3) / pixels.length));
  return { order: 'bgr', mean: [b, g, r], scale: 1 / 64, fit: 'crop', stated: true };
}

function classifier(name: string, about: string, own: Partial<ClassifierRecipe>): Recipe {
  const recipe: ClassifierRecipe = {
    seed: 1,
    batch: 32,
    steps: 9000,
    rate: 0.02,
    momentum: 0.9,
    weightDecay: 5e-4,
    shift: 4,
    ...own,
  };
  return {
    async task(start) {
      const { training, heldOut } = await imageSets(start);
      const model: Model = untrained(name, recipe.seed, {
        labels: training.labels,
        preprocessing: preprocessingFor(training),
      });
      return classifierTask(model, recipe, training, heldOut);
    },
    async finish({ ctx, models, result, task }) {
      const stored = await storeModel(models, result.models[0], about);
      const heldOut = await worldSet(HELD_OUT.seed, HELD_OUT.length);
      const { accuracy, counts } = await confusion(ctx, stored, heldOut);
      const figures = { 'held-out accuracy': accuracy };
      await mkdir(join(models, 'sheets'), { recursive: true });
      await writeConfusion(join(models, 'sheets', `${name}-confusion.png`), heldOut.labels, counts);
      const more = `
![confusion matrix of the held-out images](sheets/${name}-confusion.png)
${confusionTable(heldOut.labels, counts)}`;
      await writeCard(models, { name, about, task, result, adapter: ctx.adapterName, data: DATA, figures, more });
    },
  };
}

/** What all nets that build on mini-caffenet's codes have in common. */
const ENCODER = 'mini-caffenet';
const CODE = 'fc6';
const LOGITS = 'fc8';

const generator: Recipe = {
  async task(start) {
    const { training, heldOut } = await imageSets(start);
    const encoder = await storedModel(start.models, ENCODER);
    const seed = 1;
    const models = {
      encoder,
      generator: untrained('mini-generator', seed, { preprocessing: encoder.preprocessing }),
      discriminator: untrained('mini-discriminator', seed + 1),
    };
    const recipe: GeneratorRecipe = {
      seed,
      batch: 16,
      steps: 12_000,
      rate: 4e-4,
      discriminatorRate: 2e-4,
      image: 1,
      feature: 1,
      adversarial: 0.02,
      code: CODE,
      compared: 'pool5',
    };
    return generatorTask(models, recipe, training, heldOut);
  },
  async finish({ ctx, models, result, task }) {
    const name = 'mini-generator';
    const about = 'images from mini-caffenet’s fc6 codes: an up-convolutional generator (DeePSiM)';
    const stored = await storeModel(models, result.models[0], about);
    const encoder = await storedModel(models, ENCODER);
    const heldOut = await worldSet(HELD_OUT.seed, HELD_OUT.length);
    const { pixelError, codeError } = await reconstructionErrors(ctx, stored, encoder, heldOut, CODE, 1000);
    const figures = { 'held-out image': pixelError, 'held-out code': codeError };
    await mkdir(join(models, 'sheets'), { recursive: true });
    await writePicture(
      join(models, 'sheets', `${name}.png`),
      await reconstructionSheet(ctx, stored, encoder, heldOut, CODE),
    );
    await writeCard(models, {
      name,
      about,
      task,
      result,
      adapter: ctx.adapterName,
      data: DATA,
      figures,
      more: `
Errors are squared and relative: of the image to the images’ variance about their mean colour, of the code to its mean square.

![held-out images and what is made of their codes](sheets/${name}.png)
`,
    });
  },
};

const captioner: Recipe = {
  async task(start) {
    const { training, heldOut } = await imageSets(start);
    const encoder = await storedModel(start.models, ENCODER);
    const words = ['<EOS>', ...VOCABULARY];
    const set = async (images: ImageSet) => ({
      name: images.name,
      length: images.length,
      features: await featuresOf(start.ctx, encoder, images, LOGITS),
      sentences: encodeCaptions(images.captions, words),
    });
    const model = untrained('mini-captioner', 1, { labels: words });
    const recipe = { seed: 1, batch: 64, steps: 4000, rate: 2e-3 };
    return captionerTask(model, recipe, await set(training), await set(heldOut));
  },
  async finish({ ctx, models, result, task }) {
    const name = 'mini-captioner';
    const about = 'sentences about images, from mini-caffenet’s fc8: an LSTM captioner (LRCN)';
    const stored = await storeModel(models, result.models[0], about);
    const encoder = await storedModel(models, ENCODER);
    const images = await worldSet(HELD_OUT.seed, HELD_OUT.length);
    const features = await featuresOf(ctx, encoder, images, LOGITS);
    const set = {
      name: images.name,
      length: images.length,
      features,
      sentences: encodeCaptions(images.captions, stored.labels ?? []),
    };
    const figures = { 'held-out word accuracy': await wordAccuracy(ctx, stored, set) };
    const shown = 12;
    const said = await captionsOf(ctx, stored, features.subarray(0, shown * (features.length / images.length)));
    const rows = said.map((sentence, i) => `| ${images.captions[i]} | ${sentence} |`);
    await writeCard(models, {
      name,
      about,
      task,
      result,
      adapter: ctx.adapterName,
      data: DATA,
      figures,
      more: `
Word accuracy: the share of words, ends included, that are its first choice after the true words before them.

| the first ${shown} held-out images | what it says of them |
| - | - |
${rows.join('\n')}
`,
    });
  },
};

const autoencoder: Recipe = {
  async task(start) {
    const { training, heldOut } = await imageSets(start);
    const encoder = await storedModel(start.models, ENCODER);
    const set = async (images: ImageSet) => ({
      name: images.name,
      length: images.length,
      codes: await featuresOf(start.ctx, encoder, images, CODE),
    });
    const recipe = { seed: 1, batch: 128, steps: 8000, rate: 1e-3, noise: 0.3 };
    return autoencoderTask(untrained('mini-dae', 1), recipe, await set(training), await set(heldOut));
  },
  async finish({ ctx, models, result, task }) {
    const name = 'mini-dae';
    const about = 'the prior over mini-caffenet’s fc6 codes: a denoising autoencoder (PPGN-h)';
    const stored = await storeModel(models, result.models[0], about);
    const encoder = await storedModel(models, ENCODER);
    const images = await worldSet(HELD_OUT.seed, HELD_OUT.length);
    const codes = await featuresOf(ctx, encoder, images, CODE);
    const error = await reconstructionError(ctx, stored, { name: images.name, length: images.length, codes });
    const figures = { 'held-out error': error };
    await writeCard(models, {
      name,
      about,
      task,
      result,
      adapter: ctx.adapterName,
      data: DATA,
      figures,
      more: `
The error is squared, of codes without noise, relative to their variance about the mean code.
`,
    });
  },
};

export const recipes: Readonly<Record<string, Recipe>> = {
  'mini-caffenet': classifier('mini-caffenet', 'CaffeNet in miniature: 20 classes of world images, 64x64 pixels', {}),
  'mini-squeezenet': classifier('mini-squeezenet', 'fire modules: the same 20 classes, another architecture', {
    rate: 0.04,
  }),
  'mini-generator': generator,
  'mini-captioner': captioner,
  'mini-dae': autoencoder,
};
