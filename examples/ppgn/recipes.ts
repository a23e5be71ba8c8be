// What the page is asked for as a study, and back.
import {
  type About,
  type Model,
  OptionError,
  type PartSpec,
  parts,
  readStudy,
  type Study,
  samplerStudy,
  toSpecs,
} from 'convscope';
import { type Asked, DEFAULTS, MOST_CHAINS, type Prior } from './address.js';
import { Mask } from './mask.js';

/** What a sample's recipe says about itself. */
export interface Told extends Partial<About> {
  readonly sample?: {
    /** The picture of the world from whose code the chain started. */
    readonly start?: number;
    /** The picture of the world that has a hole, and the hole. */
    readonly hole?: number;
    readonly mask?: string;
    /** A picture of the user's stood in the place of the world's. */
    readonly own?: string;
  };
  /** Sliders were moved while the chain walked: the recipe has the last numbers, and makes another picture. */
  readonly moved?: true;
}

/** What is wanted as a part. @throws Error for a class that the net does not have, OptionError */
function conditionOf(model: Model, { want, say }: Asked): PartSpec {
  const wanted: PartSpec[] = want.map((text) => {
    if (text.includes(':')) return { name: 'logShare', unit: text };
    return { name: 'logProbability', class: classOf(model, text) };
  });
  // Made, so that its recipe says which layers the captioner reads.
  if (say !== '') wanted.push(parts.make('objective', { name: 'caption', words: say, of: 'reader' }).spec);
  if (wanted.length === 0) throw new Error('Say what is wanted: a class, a hidden unit or a caption.');
  return wanted.length === 1 ? wanted[0] : { name: 'sum', of: wanted };
}

/** A class by its number or name. @throws Error naming those that there are */
function classOf(model: Model, text: string): number {
  const labels = model.labels ?? [];
  const index = /^\d+$/.test(text) ? Number(text) : labels.indexOf(text);
  if (index < 0 || (labels.length > 0 && index >= labels.length)) {
    throw new Error(`${model.name} has no class ‘${text}’. It has ${labels.join(', ')}.`);
  }
  return index;
}

/** What is wanted in words: `fish and conv5:12`. */
export const titleOf = ({ want, say }: Pick<Asked, 'want' | 'say'>): string =>
  [...want, ...(say === '' ? [] : [`“${say}”`])].join(' and ');

/** The study of all chains, of so many steps. */
export function studyOf(model: Model, asked: Asked, steps: number, live = true): Study {
  const { prior, step, chains, seed, spread, e1, e2, e3, e4, rate, hole } = asked;
  return toSpecs(
    samplerStudy({
      variant: prior,
      condition: conditionOf(model, asked),
      epsilon1: e1,
      epsilon2: e2,
      epsilon3: e3,
      step,
      rate,
      spread,
      codes: true,
      live,
      ...(hole !== undefined && { inpaint: { epsilon4: e4 } }),
      seeds: Array.from({ length: chains }, (_, i) => seed + i),
      steps,
    }),
  );
}

/** A recipe of samples, as the page is asked for it. */
export interface Opened {
  readonly asked: Asked;
  /** Steps that the chain walked to the sample. */
  readonly steps: number;
  /** Name of a picture of the user's that it was made with. */
  readonly own: string | undefined;
  /** What is to be known of it; empty for nothing. */
  readonly remark: string;
}

/** Reads a recipe; `open` gives its net. @throws OptionError, UnknownNameError, Error for a recipe that is not of such chains */
export async function openRecipe(
  data: Readonly<Record<string, unknown>>,
  open: (net: string) => Promise<Model>,
): Promise<Opened> {
  const study = readStudy(data, parts);
  const about: Told = typeof data.about === 'object' && data.about !== null ? data.about : {};
  const model = await open(about.model ?? DEFAULTS.net);
  const { steps } = study;
  const asked = askedOf(study, about, model);
  // Of what the page has no controls for, nothing may get lost.
  const same = [true, false].some((live) => text(studyOf(model, asked, steps, live)) === text(study));
  if (!same) {
    throw new Error(
      'The recipe is of other parts, or other numbers of them, than this page’s chains: make it again with `convscope ppgn MODEL --from sample.png`.',
    );
  }
  const { own, mask } = about.sample ?? {};
  const remarks = [
    ...(about.moved ? ['Sliders were moved while this sample was made: its recipe makes another one.'] : []),
    ...(own === undefined ? [] : [`It was made with the picture ‘${own}’, which is not in the recipe: drop that too.`]),
    ...(asked.hole === undefined || Mask.fromText(mask) ? [] : ['Its hole is not in the recipe: paint it.']),
  ];
  // The last step of a recipe moves nothing.
  return { asked, steps: steps - 1, own, remark: remarks.join(' ') };
}

/** What the page must be asked for to make a study. */
function askedOf({ objective, params, optim, regularize, seeds }: Study, { sample = {} }: Told, model: Model): Asked {
  const specs = (list: readonly unknown[]) => new Map(list.map((part) => [(part as PartSpec).name, part as PartSpec]));
  const [rules, kept] = [specs(optim), specs(regularize)];
  const number = (part: PartSpec | undefined, field: string, fallback: number) => Number(part?.[field] ?? fallback);
  if (seeds.length > MOST_CHAINS || seeds.some((seed, i) => seed !== seeds[0] + i)) {
    throw new OptionError(
      'recipe.seeds',
      `must be ${MOST_CHAINS} at most, one after the other, got ${seeds.join(', ')}`,
    );
  }
  const prior: Prior = rules.has('prior') ? 'joint-ppgn-h' : rules.has('denoise') ? 'ppgn-h' : 'dgn-am';
  const e2 = number(rules.get('weigh'), 'by', 1);
  const context = kept.get('context');
  const whole = (value: unknown) => (typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : 0);
  return {
    ...DEFAULTS,
    net: model.name,
    ...wantedIn(objective as PartSpec, model),
    prior,
    step: rules.has('meanLength') ? 'normalized' : 'exact',
    spread: number(params as PartSpec, 'deviation', DEFAULTS.spread),
    chains: seeds.length,
    seed: seeds[0],
    e1: number(rules.get('prior') ?? rules.get('denoise'), 'amount', 0),
    e2,
    e3: number(rules.get('langevin'), 'deviation', 0),
    e4: context ? e2 * number(context, 'weight', DEFAULTS.e4) : DEFAULTS.e4,
    rate: number(rules.get('sgd'), 'lr', DEFAULTS.rate),
    start: sample.start === undefined ? undefined : whole(sample.start),
    hole: context ? whole(sample.hole) : undefined,
    mask: Mask.fromText(sample.mask) ?? DEFAULTS.mask,
  };
}

/** What a condition wants. @throws Error for one that the page has no controls for */
function wantedIn(condition: PartSpec, model: Model): { readonly want: readonly string[]; readonly say: string } {
  const list = condition.name === 'sum' && Array.isArray(condition.of) ? (condition.of as PartSpec[]) : [condition];
  const want: string[] = [];
  let say = '';
  for (const part of list) {
    if (part.name === 'logProbability') want.push(model.labels?.[Number(part.class)] ?? String(part.class));
    else if (part.name === 'logShare') want.push(String(part.unit));
    else if (part.name === 'caption') say = String(part.words);
    else throw new Error(`The recipe wants ‘${part.name}’; this page’s chains want classes, units or a caption.`);
  }
  return { want, say };
}

/** JSON, whatever the order of fields. Numbers that were divided and multiplied again may differ in their last digits. */
function text(study: Study): string {
  const { about: _, ...rest } = study as Study & { readonly about?: unknown };
  return JSON.stringify(rest, (_key, value: unknown) => {
    if (typeof value === 'number') return Number(value.toPrecision(12));
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
