// Results as tables with one row for each thing that was found, for DuckDB, pandas and whatever else reads Parquet.
import * as v from 'valibot';
import { OptionError } from '../../core/errors.js';
import { parseTopImages, type TopImages } from '../../methods/topImages.js';
import { checked } from '../../parts/schema.js';
import { finite, list, object, text, whole } from '../../scan/schema.js';
import { parseJson } from '../../synthesize/readStudy.js';

/** A column; all of a table are of one length. */
export interface Column {
  readonly name: string;
  readonly type: 'STRING' | 'INT32' | 'DOUBLE' | 'BOOLEAN';
  /** Null where there is nothing to say. */
  readonly data: readonly (string | number | boolean | null)[];
}

/** A result file of `convscope top`, `dissect` or `score` as a table. @throws OptionError for another file */
export function tableOf(json: string, path: string): readonly Column[] {
  const data = parseJson(json, path);
  if (v.is(v.looseObject({ k: v.number(), layers: v.array(v.unknown()) }), data)) return topTable(parseTopImages(json));
  if (v.is(v.looseObject({ thresholds: v.unknown(), layers: v.array(v.unknown()) }), data)) {
    return dissectionTable(checked(DISSECTION, data, path));
  }
  if (v.is(v.looseObject({ judge: v.unknown(), tiles: v.unknown() }), data))
    return scoresTable(checked(SCORES, data, path));
  throw new OptionError('table', `${path} is no result that is a table: give top.json, dissection.json or scores.json`);
}

/** A row for each unit and each of its best pictures. */
function topTable({ layers }: TopImages): readonly Column[] {
  const rows = layers.flatMap(({ layer, shape: [C], values, images, positions }) => {
    const n = values.length / C;
    return values.map((value, i) => ({
      layer,
      unit: Math.floor(i / n),
      rank: i % n,
      image: String(images[i]),
      value,
      y: positions[2 * i],
      x: positions[2 * i + 1],
    }));
  });
  return columnsOf(rows, {
    layer: 'STRING',
    unit: 'INT32',
    rank: 'INT32',
    image: 'STRING',
    value: 'DOUBLE',
    y: 'INT32',
    x: 'INT32',
  });
}

const OVERLAP = { category: text, label: text, truth: finite, activation: finite, intersect: finite, iou: finite };
const DISSECTION = object(
  {
    layers: list(
      object(
        {
          layer: text,
          units: list(
            object(
              {
                unit: whole(0),
                threshold: finite,
                greatest: finite,
                quiet: v.optional(text),
                detector: v.boolean('must be true or false'),
                best: object({ category: text }, 'must be an overlap'),
                categories: list(object(OVERLAP, 'must be an overlap'), 'must be a list'),
              },
              'must be a unit',
            ),
            'must be a list of units',
          ),
        },
        'must be a layer',
      ),
      'must be a list of layers',
    ),
  },
  'must be what convscope dissect wrote',
);

/** A row for each unit and category: the concept there that overlaps most with the unit. */
function dissectionTable({ layers }: v.InferOutput<typeof DISSECTION>): readonly Column[] {
  const rows = layers.flatMap(({ layer, units }) =>
    units.flatMap(({ unit, threshold, greatest, quiet = null, detector, best, categories }) =>
      categories.map((overlap) => ({
        layer,
        unit,
        threshold,
        greatest,
        quiet,
        ...overlap,
        best: overlap.category === best.category,
        detector: detector && overlap.category === best.category,
      })),
    ),
  );
  return columnsOf(rows, {
    layer: 'STRING',
    unit: 'INT32',
    threshold: 'DOUBLE',
    greatest: 'DOUBLE',
    quiet: 'STRING',
    category: 'STRING',
    label: 'STRING',
    truth: 'DOUBLE',
    activation: 'DOUBLE',
    intersect: 'DOUBLE',
    iou: 'DOUBLE',
    best: 'BOOLEAN',
    detector: 'BOOLEAN',
  });
}

const SCORES = object(
  {
    tiles: list(
      v.looseObject({ unit: text, preset: text, seed: whole(0), label: v.optional(text) }, 'must be a picture'),
      'must be a list of pictures',
    ),
  },
  'must be what convscope score wrote',
);

/** A row for each picture, with a column for each of its scores. */
function scoresTable({ tiles }: v.InferOutput<typeof SCORES>): readonly Column[] {
  const types = new Map<string, 'DOUBLE' | 'BOOLEAN'>();
  for (const [name, value] of tiles.flatMap((tile) => Object.entries(tile))) {
    if (typeof value === 'number') types.set(name, 'DOUBLE');
    else if (typeof value === 'boolean') types.set(name, 'BOOLEAN');
  }
  types.delete('seed');
  const rows = tiles.map((tile) => {
    const scores = [...types.keys()].map((name) => {
      const value = tile[name];
      return [name, typeof value === 'number' || typeof value === 'boolean' ? value : null] as const;
    });
    const { unit, preset, seed, label = null } = tile;
    return { unit, preset, seed, label, ...Object.fromEntries(scores) };
  });
  return columnsOf(rows, {
    unit: 'STRING',
    preset: 'STRING',
    seed: 'INT32',
    label: 'STRING',
    ...Object.fromEntries(types),
  });
}

function columnsOf(
  rows: readonly Readonly<Record<string, string | number | boolean | null>>[],
  types: Readonly<Record<string, Column['type']>>,
): readonly Column[] {
  return Object.entries(types).map(([name, type]) => ({ name, type, data: rows.map((row) => row[name]) }));
}
