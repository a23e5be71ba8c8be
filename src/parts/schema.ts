// Data from outside, held against a schema. Kept from the public types, so that a user's compiler needs no schema library, and from
// what makes parts, so that only a page that reads recipes loads one.
import * as v from 'valibot';
import { OptionError } from '../core/errors.js';

/**
 * `value` by a schema.
 *
 * @throws OptionError naming the field from `path` on, the rule and the value
 */
export function checked<T>(schema: v.GenericSchema<unknown, T>, value: unknown, path: string): T {
  const result = v.safeParse(schema, value);
  if (result.success) return result.output;
  const [issue] = result.issues;
  const at = [path, ...(issue.path ?? []).map(({ key }) => String(key))].join('.').replace(/\.(\d+)(?=\.|$)/g, '[$1]');
  const got = issue.input === undefined ? 'nothing' : JSON.stringify(issue.input);
  // An unknown field is told by its name, a missing one by what it must be.
  if (issue.type === 'strict_object' && issue.expected === 'never') {
    const known =
      schema.type === 'strict_object' ? Object.keys((schema as unknown as { entries: object }).entries) : [];
    throw new OptionError(at, `is no field here; known: ${known.join(', ')}`);
  }
  throw new OptionError(at, `${issue.message}, got ${got}`);
}
