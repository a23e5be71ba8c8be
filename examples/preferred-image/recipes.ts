// Recipes of pictures: a study with what it was made for, as the page, its files and its history keep it.
import {
  type About,
  type Model,
  OptionError,
  outputLayer,
  PRESETS,
  parseRecipe,
  parts,
  preferredStudy,
  ROW_NAMES,
  readStudy,
  type Study,
  toSpecs,
  yosinski2015,
} from 'convscope';

/** What a page asks for: everything but the net. */
export interface Wanted {
  readonly unit: string;
  readonly preset: string;
  readonly seeds: readonly number[];
}

/** What a recipe says about itself: the run, and what the page was asked for. */
export interface Told extends Partial<About>, Partial<Wanted> {
  /** Steps after which the run was stopped. A recipe keeps all its steps, because the length of a step may follow from them. */
  readonly stopped?: number;
  /** Sliders were moved while the picture grew: the recipe has the last numbers, and makes another picture. */
  readonly moved?: true;
}

/** A recipe as a file holds it. */
export type Written = Study & { readonly about?: Told };

/** The name of the picture that a preset starts from which starts from one. */
export const START_PICTURE = 'start';

/** The study that is wanted, its parts as specs. @throws OptionError, UnknownNameError */
export function studyOf(model: Model, { unit, preset, seeds }: Wanted): Study {
  const starts = PRESETS.get(preset)?.picture && seeds.map(() => ({ by: 'picture', picture: START_PICTURE }) as const);
  return toSpecs(preferredStudy(model, { unit, preset, seeds, ...(starts && { starts }) }));
}

/** A recipe from a file's text: a study, or a recipe of the toolbox's method. @throws OptionError naming the field */
export function readWritten(json: string): Written {
  let data: unknown;
  try {
    data = JSON.parse(json);
  } catch (error) {
    throw new OptionError('recipe', `it is not JSON (${error instanceof Error ? error.message : String(error)})`);
  }
  const about = aboutIn(data);
  if (typeof data === 'object' && data !== null && 'method' in data && data.method === 'activation-maximization') {
    const recipe = parseRecipe(json);
    return { ...toSpecs(yosinski2015(recipe)), about: { ...about, unit: recipe.unit } };
  }
  return { ...readStudy(data, parts), ...(about && { about }) };
}

const aboutIn = (data: unknown): Told | undefined =>
  typeof data === 'object' && data !== null && 'about' in data && typeof data.about === 'object'
    ? (data.about as Told)
    : undefined;

/** What a recipe was made for, by its own words, else by its objective. */
export function wantedOf({ about, objective, seeds }: Written, model: Model): Wanted {
  const known = about?.preset !== undefined && PRESETS.has(about.preset) ? about.preset : '';
  return { unit: about?.unit ?? unitIn(objective, model) ?? '', preset: known, seeds };
}

/** The unit that the first part is about which names one. */
function unitIn(part: unknown, model: Model): string | undefined {
  if (Array.isArray(part)) {
    for (const one of part) {
      const found = unitIn(one, model);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  if (typeof part !== 'object' || part === null) return undefined;
  const { unit, layer, channel, at, class: wanted, of } = part as Readonly<Record<string, unknown>>;
  if (typeof unit === 'string') return unit;
  if (typeof layer === 'string' && typeof channel === 'number') {
    return `${layer}:${channel}${Array.isArray(at) ? `:${at.join()}` : ''}`;
  }
  if (typeof wanted === 'number') return `${outputLayer(model)}:${wanted}`;
  return unitIn(of, model);
}

/** A preset by its name, or by the number that it had on earlier pages. */
export const presetNamed = (name: string | null | undefined): string | undefined => {
  const byNumber = ROW_NAMES[Number(name) - 1];
  const found = byNumber ?? name ?? '';
  return PRESETS.has(found) ? found : undefined;
};
