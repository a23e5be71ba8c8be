// What files of scans are made of, for their schemas.
import * as v from 'valibot';

/** An object; `rule` says what it must be. A field that is missing is told by its name. */
export const object = <const E extends v.ObjectEntries>(entries: E, rule: string) =>
  v.object(entries, (issue) => (issue.path && issue.received === 'undefined' ? 'must be there' : rule));

export const list = <const S extends v.GenericSchema>(of: S, rule: string) => v.array(of, rule);

/** A whole number from `least` on. */
export const whole = (least: number) => {
  const rule = `must be a whole number from ${least}`;
  return v.pipe(v.number(rule), v.integer(rule), v.minValue(least, rule));
};

export const text = v.string('must be a string');
export const finite = v.pipe(v.number('must be a number'), v.finite('must be finite'));
export const imageId = v.union([v.string(), v.number()], 'must be a string or a number');

/** The layers in a collector's options, as `described` writes them. */
export const layerList = list(
  object({ layer: text, shape: v.tuple([whole(1), whole(1), whole(1)], 'must be [C,H,W]') }, 'must be a layer'),
  'must be a list of layers',
);
