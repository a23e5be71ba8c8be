import { describe, expect, test } from 'vitest';
import { parts } from '../synthesize/parts.js';
import type { PartSpec } from './part.js';

const make = (spec: unknown) => () => parts.make('objective', spec as PartSpec, 'objective');

describe('parts by name', () => {
  test('a spec becomes a part that knows its spec, defaults and nested parts with it', () => {
    const spec = {
      name: 'sum',
      of: [
        { name: 'channel', layer: 'a', channel: 2 },
        { name: 'direction', layer: 'b', vector: [1] },
      ],
    };
    const made = parts.make('objective', spec);
    expect(made.spec).toEqual({ ...spec, of: [spec.of[0], { ...spec.of[1], power: 0 }] });
    expect(made.layers).toEqual(['a', 'b']);
    // A part that was made is taken as it is.
    expect(parts.make('objective', made)).toBe(made);
  });

  test.each<readonly [unknown, string]>([
    [
      {
        name: 'sum',
        of: [
          { name: 'logit', class: 1 },
          { name: 'channel', channel: 2 },
        ],
      },
      'objective.of[1].layer: must be a string, got nothing',
    ],
    [
      { name: 'sum', of: [{ name: 'scale', by: 2, of: [{ name: 'logit', class: -1 }] }] },
      'objective.of[0].of[0].class: must be a whole number from 0, got -1',
    ],
    [{ name: 'sum', of: [] }, 'objective.of: must be a list of parts of kind objective, got []'],
    [{ name: 'logits', class: 1 }, "Did you mean 'logit'?"],
    ['logit', 'objective: must be a part such as { "name": … }, got "logit"'],
    [{ class: 1 }, 'objective: must be a part such as { "name": … }, got {"class":1}'],
  ])('%j is refused by its path', (spec, message) => {
    expect(make(spec)).toThrow(message);
  });
});
