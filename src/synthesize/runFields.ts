// What every recipe of a run has, as schemas: seeds, steps and starts.
import * as v from 'valibot';

const whole = (least: number) => {
  const rule = `must be a whole number from ${least}`;
  return v.pipe(
    v.number(rule),
    v.check((n) => Number.isInteger(n) && n >= least, rule),
  );
};

/** A recipe's `starts`, one for each seed. */
const STARTS_SCHEMA = v.array(
  v.variant(
    'by',
    [
      v.strictObject({ by: v.literal('noise') }),
      v.strictObject({ by: v.literal('dead') }),
      v.strictObject({ by: v.literal('preactivation'), steps: whole(1) }),
      v.strictObject({ by: v.literal('seed'), seed: whole(0) }),
      v.strictObject({
        by: v.literal('picture'),
        picture: v.union([v.string(), v.number()], 'must be a picture’s name'),
      }),
    ],
    'must be noise, preactivation, seed, picture (with the picture’s name) or dead',
  ),
  'must be a list',
);

/** Steps of a run or a phase. */
export const STEPS = whole(1);
/** What every recipe of a run has. Ranges are held by `checkRun`, for recipes that were never JSON too. */
export const RUN_FIELDS = {
  seeds: v.array(v.number('must be a list of numbers'), 'must be a list of numbers'),
  steps: STEPS,
  starts: v.optional(STARTS_SCHEMA),
};
