// What a second net says of pictures: how probable their class is, and how far their features are from those of real pictures.
import { OptionError } from '../core/errors.js';
import type { Context } from '../gpu/context.js';
import type { Model } from '../graph/model.js';
import { compile } from '../graph/plan.js';
import { classLayers } from '../objectives/classes.js';
import { createPreprocessor, type HostTensor, type Picture } from '../scene/input.js';
import { openNet } from '../scene/openNet.js';

/** Pictures that go through a net at once. */
const AT_ONCE = 16;

/** What a judge says of a picture. */
export interface Judgement {
  /** Of each class. */
  readonly probabilities: Float32Array;
  /** What the scores of the classes are made of: the mean over the map where it has one. */
  readonly features: Float32Array;
  /** Greatest activations over the map of each channel of the layers that were asked about. */
  readonly peaks: ReadonlyMap<string, Float32Array>;
}

/** Judges pictures by a classifier. @throws OptionError for a net without classes, ImageError */
export async function judge(
  ctx: Context,
  model: Model,
  pictures: readonly Picture[],
  layers: readonly string[] = [],
): Promise<readonly Judgement[]> {
  const [scores] = classLayers(model);
  const before = penultimate(model, scores);
  const names = [...new Set([scores, before, ...layers])];
  const { tape, image, at } = openNet(model, { batch: AT_ONCE });
  const values = names.map((name) => at(name));
  using plan = await compile(ctx, tape, { keep: values });
  using preprocessor = createPreprocessor(ctx, model);
  const out: Judgement[] = [];
  for (let from = 0; from < pictures.length; from += AT_ONCE) {
    const own = pictures.slice(from, from + AT_ONCE);
    const inputs: Float32Array[] = [];
    for (const picture of own) inputs.push(await preprocessor.read(picture));
    const [{ length: size }] = inputs;
    // The last ones are repeated, so that all have one batch.
    const data = new Float32Array(AT_ONCE * size);
    for (let n = 0; n < AT_ONCE; n++) data.set(inputs[Math.min(n, inputs.length - 1)], n * size);
    plan.write(image, data);
    plan.run();
    const found = new Map<string, HostTensor>();
    for (const [i, name] of names.entries())
      found.set(name, { shape: values[i].shape, data: await plan.read(values[i]) });
    const rows = (layer: string, n: number, of: (values: Float32Array) => number) => channelsOf(found, layer, n, of);
    for (const n of own.keys()) {
      out.push({
        probabilities: softmax(rows(scores, n, mean)),
        features: rows(before, n, mean),
        peaks: new Map(
          layers.map((layer) => [layer, rows(layer, n, (values) => values.reduce((a, b) => Math.max(a, b)))]),
        ),
      });
    }
  }
  return out;
}

/** The class of the judge that is a class of a net: by its name, or by its place where one of them has no names and they have as many. */
export function sameClass(model: Model, index: number, of: Model, classes: number): number | undefined {
  const label = model.labels?.[index];
  if (label !== undefined && of.labels) {
    const found = of.labels.findIndex((other) => plainName(other) === plainName(label));
    return found < 0 ? undefined : found;
  }
  return index < classes && (model.labels?.length ?? classes) === classes ? index : undefined;
}

/** A label as files of labels differ on it: those of ImageNet may begin with the number of a WordNet synset. */
const plainName = (label: string): string => label.replace(/^n\d{8}\s+/, '');

/** The layer whose content the scores are made of, as it is after layers in place. */
function penultimate(model: Model, scores: string): string {
  const at = model.layers.findIndex(({ name }) => name === scores);
  const [blob] = model.layers[at].inputs;
  const makers = model.layers.slice(0, at).filter(({ output }) => output === blob);
  const last = makers[makers.length - 1];
  if (last) return last.name;
  throw new OptionError(
    'judge',
    `the scores of '${model.name}' are made of its input, so it has no features; take another net`,
  );
}

const mean = (values: Float32Array): number => values.reduce((a, b) => a + b, 0) / values.length;

/** One number of each channel of image `n`. */
function channelsOf(
  found: ReadonlyMap<string, HostTensor>,
  layer: string,
  n: number,
  of: (values: Float32Array) => number,
): Float32Array {
  const { shape, data } = found.get(layer) ?? { shape: [1, 0], data: new Float32Array() };
  const [N, C] = shape;
  const size = data.length / (N * C);
  return Float32Array.from({ length: C }, (_, c) => of(data.subarray((n * C + c) * size, (n * C + c + 1) * size)));
}

function softmax(scores: Float32Array): Float32Array {
  const most = scores.reduce((a, b) => Math.max(a, b));
  const powers = scores.map((score) => Math.exp(score - most));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}
