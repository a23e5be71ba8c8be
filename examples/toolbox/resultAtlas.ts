// What the toolbox shows of an atlas: atlas.json of `convscope atlas`, and its sheets of icons.
import { jsonReader } from './json.js';

/** A square of a map: activations that are like each other, and what the net sees in their mean. */
export interface AtlasSquare {
  readonly column: number;
  readonly row: number;
  /** Activations. */
  readonly count: number;
  /** Classes that they speak for, and how much; the most first. */
  readonly classes: readonly { readonly name: string; readonly contribution: number }[];
  /** Place in the sheet; absent where no image could be made. */
  readonly icon?: number;
  /** The first pictures that they are of. */
  readonly pictures: readonly string[];
}

/** The same map in squares of one size. */
export interface AtlasLevel {
  /** Squares of a side. */
  readonly side: number;
  /** File of the icons, which lie in rows of `perRow`. */
  readonly sheet: string;
  readonly perRow: number;
  readonly rows: number;
  readonly squares: readonly AtlasSquare[];
}

export interface AtlasShown {
  readonly layer: string;
  readonly model: { readonly name: string; readonly hash?: string };
  readonly activations: number;
  readonly levels: readonly AtlasLevel[];
}

/** Pictures that are named of a square. */
const NAMED = 6;

/** @throws Error that names the field, the rule and the value */
export function parseAtlas(json: unknown, labels: readonly string[]): AtlasShown {
  const { bad, text, list, object, whole, sha256 } = jsonReader('atlas.json');
  const index = (v: unknown, at: string, below = Number.MAX_SAFE_INTEGER): number =>
    typeof v === 'number' && Number.isSafeInteger(v) && v >= 0 && v < below
      ? v
      : bad(at, below < Number.MAX_SAFE_INTEGER ? `a whole number from 0 to ${below - 1}` : 'a whole number from 0', v);
  const finite = (v: unknown, at: string): number =>
    typeof v === 'number' && Number.isFinite(v) ? v : bad(at, 'a number', v);
  const file = object(json, '');
  const model = object(file.model, 'model');
  const hash = model.hash === undefined ? undefined : sha256(model.hash, 'model.hash');
  const ids = list(file.points, 'points').map((point, i) => {
    const { id } = object(point, `points[${i}]`);
    return typeof id === 'number' ? String(id) : text(id, `points[${i}].id`);
  });
  const levels = list(file.levels, 'levels').map((given, l): AtlasLevel => {
    const at = `levels[${l}]`;
    const level = object(given, at);
    const side = whole(level.side, `${at}.side`);
    const cells = list(level.cells, `${at}.cells`).map((cell, c) => object(cell, `${at}.cells[${c}]`));
    const icons = cells.filter(({ icon }) => icon !== undefined).length;
    const perRow = Math.max(1, Math.ceil(Math.sqrt(icons)));
    const sheet = text(level.sheet, `${at}.sheet`);
    // A sheet lies beside its file, nowhere else.
    if (!/^[\w-]+\.\w+$/.test(sheet)) bad(`${at}.sheet`, 'the name of a file beside it', sheet);
    const squares = cells.map((cell, c): AtlasSquare => {
      const here = `${at}.cells[${c}]`;
      const members = list(cell.members, `${here}.members`).map((m, i) =>
        index(m, `${here}.members[${i}]`, ids.length),
      );
      return {
        column: index(cell.column, `${here}.column`, side),
        row: index(cell.row, `${here}.row`, side),
        count: members.length,
        classes: list(cell.classes, `${here}.classes`).map((one, i) => {
          const own = object(one, `${here}.classes[${i}]`);
          const number = index(own.class, `${here}.classes[${i}].class`);
          return {
            name: labels[number] ?? `class ${number}`,
            contribution: finite(own.contribution, `${here}.classes[${i}].contribution`),
          };
        }),
        ...(cell.icon !== undefined && { icon: index(cell.icon, `${here}.icon`, icons) }),
        pictures: [...new Set(members.map((m) => ids[m]))].slice(0, NAMED),
      };
    });
    return { side, sheet, perRow, rows: Math.ceil(icons / perRow), squares };
  });
  if (levels.length === 0) bad('levels', 'one at least', levels);
  return {
    layer: text(file.layer, 'layer'),
    model: { name: text(model.name, 'model.name'), ...(hash !== undefined && { hash }) },
    activations: ids.length,
    levels,
  };
}
