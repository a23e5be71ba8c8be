// Recipes of activation maximization from JSON.
import * as v from 'valibot';
import type { Fields } from '../parts/fields.js';
import { checked } from '../parts/schema.js';
import { parseJson } from '../synthesize/readStudy.js';
import { RUN_FIELDS } from '../synthesize/runFields.js';
import { checkRecipe, type LearningRate, RATE_FIELDS, RECIPE_FIELDS, type Recipe } from './recipe.js';

/** A recipe holds every field: a default would be taken without being written down. */
const all = (fields: Fields) =>
  Object.fromEntries(
    Object.entries(fields).map(([name, { type }]) => [
      name,
      type === 'number' ? v.number('must be a number') : v.string('must be a string'),
    ]),
  );

const rateOf = (policy: LearningRate['policy']) =>
  v.strictObject({ policy: v.literal(policy), ...all(RATE_FIELDS[policy]) });

const RECIPE = v.strictObject({
  method: v.literal('activation-maximization', "must be 'activation-maximization'"),
  unit: v.string('must be a string'),
  direction: v.number('must be a number'),
  learningRate: v.variant(
    'policy',
    [rateOf('constant'), rateOf('progress'), rateOf('progress01')],
    'must be constant, progress or progress01',
  ),
  ...all(RECIPE_FIELDS),
  ...RUN_FIELDS,
  // What a run adds about itself (model, adapter) may stand beside the recipe.
  about: v.optional(v.unknown()),
});

/** Reads a recipe from JSON text, every field checked. @throws OptionError naming the field */
export const parseRecipe = (json: string): Recipe => readRecipe(parseJson(json, 'recipe'));

/** A recipe from data, every field checked. @throws OptionError naming the field */
export function readRecipe(data: unknown): Recipe {
  const { about: _, ...fields } = checked(RECIPE, data, 'recipe');
  // Built from the parts' fields, whose types a loop over them forgets.
  const recipe = fields as unknown as Recipe;
  checkRecipe(recipe);
  return recipe;
}
