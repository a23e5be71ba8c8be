// Recipes of pictures: a study with what it was made for, as the page, its files and its history keep it.
import {
  type About,
  type Contrast,
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
  /** What of the run a picture shows, as `convscope render` says it too. */
  readonly picture?: {
    readonly snapshot: 'last';
    readonly contrast: Contrast;
    /** Steps after which the run was stopped. A recipe keeps all its steps, because the length of a step may follow from them. */
    readonly stopped?: number;
  };
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

/** A recipe from a file: a study, or a recipe of the toolbox's method. @throws OptionError naming the field */
export function readWritten(data: Readonly<Record<string, unknown>>): Written {
  const about = aboutIn(data);
  if (data.method === 'activation-maximization') {
    const recipe = parseRecipe(JSON.stringify(data));
    return { ...toSpecs(yosinski2015(recipe)), about: { ...about, unit: recipe.unit } };
  }
  return { ...readStudy(data, parts), ...(about && { about }) };
}

/** A recipe from JSON text. @throws OptionError */
export function parseWritten(json: string): Written {
  try {
    return readWritten(JSON.parse(json));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new OptionError('recipe', `it is not JSON (${error.message})`);
  }
}

/** Steps after which the picture was stopped that a recipe is of. */
export const stoppedAt = ({ about }: Written): number | undefined => about?.picture?.stopped;

const aboutIn = ({ about }: Readonly<Record<string, unknown>>): Told | undefined =>
  typeof about === 'object' && about !== null ? about : undefined;

/** One step after another: a study's own, and those of its further phases. */
export const stepsOf = ({ steps, phases = [] }: Study): number =>
  phases.reduce((sum, phase) => sum + phase.steps, steps);

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
