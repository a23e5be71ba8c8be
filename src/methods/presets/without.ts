// A preset without one of its parts: what an ablation compares with the whole.
import { OptionError } from '../../core/errors.js';
import type { PartSpec } from '../../parts/part.js';
import { createStudy, toSpecs, type Varied } from '../../synthesize/study.js';
import type { Preset } from './preset.js';

/** Lists of a study from which a part can be left out. */
const LISTS = ['transforms', 'regularize', 'optim', 'backward'] as const;

/** `spectrum-without-ball` is written with this between the two names. */
export const WITHOUT = '-without-';

/**
 * The preset with every part of that name left out, in all phases: transforms, regularizers, update rules, rules of the way back, and
 * terms of a sum as objective. `start` leaves out how the parameterization begins: it then begins as it does by itself.
 */
export function without(preset: Preset, part: string): Preset {
  const name = `${preset.name}${WITHOUT}${part}`;
  return {
    ...preset,
    name,
    text: `${preset.text} Without '${part}'.`,
    changes: `Made without '${part}'. ${preset.changes}`,
    study(asked) {
      const { phases = [], ...first } = toSpecs(createStudy(preset.study(asked)));
      const study = leftOut(first, part);
      const further = phases.map((phase) => leftOut(phase, part));
      if (![study, ...further].some(({ found }) => found)) {
        throw new OptionError(
          'preset',
          `'${name}': '${preset.name}' has no part '${part}' for this unit that could be left out`,
        );
      }
      return { ...study.varied, ...(phases.length > 0 && { phases: further.map(({ varied }) => varied) }) };
    },
  };
}

function leftOut<T extends Partial<Varied>>(varied: T, part: string): { readonly varied: T; readonly found: boolean } {
  const next: { -readonly [K in keyof Varied]?: Varied[K] } = {};
  let found = false;
  for (const field of LISTS) {
    const list = varied[field] as readonly PartSpec[] | undefined;
    const rest = list?.filter(({ name }) => name !== part);
    if (!rest || rest.length === list?.length) continue;
    found = true;
    next[field] = rest;
  }
  const objective = varied.objective as PartSpec | undefined;
  if (objective?.name === 'sum' && Array.isArray(objective.of)) {
    const terms = objective.of as readonly PartSpec[];
    const rest = terms.filter((term) => !isAbout(term, part));
    if (rest.length > 0 && rest.length < terms.length) {
      found = true;
      next.objective = rest.length === 1 ? rest[0] : { ...objective, of: rest };
    }
  }
  const params = varied.params as PartSpec | undefined;
  if (part === 'start' && params && 'start' in params) {
    const { start: _, ...rest } = params;
    found = true;
    next.params = rest;
  }
  return { varied: { ...varied, ...next }, found };
}

/** A term of that name. The weight about a term has a name that a transform has too, so it does not count. */
function isAbout(term: PartSpec, part: string): boolean {
  if (term.name !== 'scale' || !Array.isArray(term.of)) return term.name === part;
  return (term.of as readonly PartSpec[]).every((one) => isAbout(one, part));
}
