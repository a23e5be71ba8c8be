import { OptionError } from '../core/errors.js';
import type { Model } from '../graph/model.js';
import { type Value, variadic } from '../graph/tape.js';
import { binary } from '../kernels/binary/index.js';
import { op as concat } from '../kernels/concat/index.js';
import { op as logSoftmax } from '../kernels/logSoftmax/index.js';
import { op as reduction } from '../kernels/reduction/index.js';
import { op as reshape } from '../kernels/reshape/index.js';
import { definePart } from '../parts/part.js';
import { openNet, type Scene } from '../scene/openNet.js';
import { shownTo } from '../scene/shownTo.js';
import { logitLayer } from './classes.js';

/** Word 0 begins and ends a sentence, as in LRCN. */
const END = 0;
/** The captioner's inputs beside the features of the image, as LRCN calls them: `[T, N]` both. */
const INPUTS = { words: 'input_sentence', cont: 'cont_sentence' } as const;

/** What mini-captioner was trained to read: what mini-caffenet-robust sees, and the picture at 16×16 pixels, which has its colours. */
export const CAPTION_LAYERS = 'pool5+fc6+fc8+coarse of encoder';

/** A sentence by its probability: each word after those before it, given what is seen. */
export const caption = definePart({
  kind: 'objective',
  name: 'caption',
  text: 'The logarithm of the probability that a captioner says a sentence of the image: the sum over its words.',
  source: 'Nguyen et al. 2017 (PPGN) §4.3; Donahue et al. 2015 (LRCN)',
  fields: {
    words: { type: 'text', text: 'the sentence, of words that the captioner knows, with spaces between them' },
    net: {
      type: 'text',
      default: 'captioner',
      text: 'the captioner, by the name under which the run is given it (nets)',
    },
    of: {
      type: 'text',
      optional: true,
      text: 'the net whose layers it reads, by the name under which the run is given it; by default the net that is asked',
    },
    layer: {
      type: 'text',
      default: CAPTION_LAYERS,
      text: 'the layers that it reads, with + between them, of another net as LAYER of NET; mini-captioner reads the default, with mini-caffenet-robust as the net',
    },
  },
  make({ words, net, of, layer }) {
    return {
      label: `“${words}”`,
      layers: [],
      build(scene) {
        const features = featuresOf(scene, of, layer);
        const captioner = scene.net(net, () => features).model;
        return logProbabilityOf(scene, captioner, features, numbersOf(captioner, words));
      },
    };
  },
});

/** `coarse of encoder` */
const OF_ANOTHER = /^(.+?) of (\S+)$/;

/** The activations of some layers, one after the other, `[N, F]`. */
function featuresOf(scene: Scene, of: string | undefined, layers: string): Value {
  const { tape, batch } = scene;
  const parts = layers.split('+').map((text) => {
    const [, layer = text, net = of] = OF_ANOTHER.exec(text.trim()) ?? [];
    const { at } = net === undefined ? scene : scene.net(net, shownTo);
    return tape.apply(reshape, { x: at.final(layer.trim()) }, { shape: [batch, -1] });
  });
  return parts.length === 1 ? parts[0] : tape.apply(concat, variadic(parts), { axis: 1 });
}

/** The sentence as numbers of words, without its end. @throws OptionError for a word that the captioner does not know */
function numbersOf(captioner: Model, words: string): readonly number[] {
  const known = captioner.labels ?? [];
  const all = words.trim().split(/\s+/);
  const numbers = all.map((word) => known.indexOf(word));
  const unknown = all.filter((_, i) => numbers[i] <= END);
  if (unknown.length > 0) {
    const rule = `'${captioner.name}' does not know ${unknown.map((w) => `'${w}'`).join(', ')}`;
    throw new OptionError(
      'caption.words',
      `${rule}; it knows ${known.slice(1).join(', ') || 'no words: give it labels'}`,
    );
  }
  return numbers;
}

/** Σ log p(word | words before it, features), `[N]`, the end of the sentence included. */
function logProbabilityOf(
  { tape, batch }: Scene,
  captioner: Model,
  features: Value,
  sentence: readonly number[],
): Value {
  const cont = captioner.sides?.find(({ name }) => name === INPUTS.cont);
  const missing = Object.values(INPUTS).filter((name) => !captioner.sides?.some((side) => side.name === name));
  if (!cont || missing.length > 0) {
    throw new OptionError(
      'caption.net',
      `'${captioner.name}' has no input '${missing.join("', '")}', as LRCN’s captioners have`,
    );
  }
  const [T] = cont.shape;
  if (sentence.length + 1 > T) {
    throw new OptionError('caption.words', `takes ${T - 1} words at most, got ${sentence.length}`);
  }
  // Row t holds the word before word t; the first one follows the end of another sentence.
  const row = (t: number, of: (t: number) => number) => Array.from({ length: batch }, () => of(t));
  const rows = (of: (t: number) => number) => Float32Array.from(Array.from({ length: T }, (_, t) => row(t, of)).flat());
  const constant = (label: string, data: Float32Array) =>
    tape.constant(`${label} ${sentence.join()}`, [T, batch], data);
  const scores = openNet(captioner, {
    tape,
    image: features,
    inputValues: {
      [INPUTS.words]: constant(
        'words',
        rows((t) => (t === 0 ? END : (sentence[t - 1] ?? END))),
      ),
      [INPUTS.cont]: constant(
        'cont',
        rows((t) => (t === 0 ? 0 : 1)),
      ),
    },
  }).at(logitLayer(captioner));
  const [, , K] = scores.shape;
  // Some have more outputs than words.
  const words = captioner.labels?.length ?? 0;
  if (words > K) {
    throw new OptionError('caption.net', `'${captioner.name}' tells ${K} words apart, and has ${words} as labels`);
  }
  const chosen = new Float32Array(T * batch * K);
  for (let t = 0; t <= sentence.length; t++) {
    for (let n = 0; n < batch; n++) chosen[(t * batch + n) * K + (sentence[t] ?? END)] = 1;
  }
  const log = tape.apply(logSoftmax, { x: scores }, { from: 2, to: 3 });
  const picked = binary(tape, 'mul', log, tape.constant(`chosen ${sentence.join()}`, [T, batch, K], chosen));
  return tape.apply(reduction, { x: picked }, { kind: 'sum', axes: [0, 2], keep: false });
}
