// What the toolbox shows of a dissection: dissection.json of `convscope dissect`, or the tables LAYER-result.csv, which the authors' program
// writes too.
import { jsonReader } from './json.js';

/** A unit's concept: the label that its activations overlap with most. */
export interface UnitConcept {
  readonly unit: number;
  /** Empty: it meets no concept. */
  readonly label: string;
  readonly category: string;
  readonly iou: number;
  /** Its IoU is above that of a detector. */
  readonly detector: boolean;
  readonly quiet?: 'dead' | 'constant';
}

export interface DissectedUnits {
  readonly layer: string;
  readonly units: readonly UnitConcept[];
}

export interface DissectionShown {
  /** Name of the net. Tables do not say it. */
  readonly model?: string;
  /** Which pictures, in words. */
  readonly source: string;
  readonly layers: readonly DissectedUnits[];
}

/** Above this IoU a unit is a detector (Bau et al. 2017, §2.3). dissection.json says its own. */
const DETECTOR = 0.04;

/** @throws Error that names the field, the rule and the value */
export function parseDissection(json: unknown): DissectionShown {
  const { bad, text, list, object } = jsonReader('dissection.json');
  const word = (v: unknown, at: string): string => (typeof v === 'string' ? v : bad(at, 'a text', v));
  const share = (v: unknown, at: string): number =>
    typeof v === 'number' && v >= 0 && v <= 1 ? v : bad(at, 'a number from 0 to 1', v);
  const whole = (v: unknown, at: string): number =>
    typeof v === 'number' && Number.isSafeInteger(v) && v >= 0 ? v : bad(at, 'a whole number from 0', v);
  const quiet = (v: unknown, at: string) =>
    v === undefined || v === 'dead' || v === 'constant' ? v : bad(at, 'dead or constant', v);
  const file = object(json, '');
  const source = text(file.source, 'source');
  const images = whole(file.images, 'images');
  share(file.iou, 'iou');
  const layers = list(file.layers, 'layers').map((given, l): DissectedUnits => {
    const at = `layers[${l}]`;
    const layer = object(given, at);
    const units = list(layer.units, `${at}.units`).map((one, u): UnitConcept => {
      const here = `${at}.units[${u}]`;
      const unit = object(one, here);
      const best = object(unit.best, `${here}.best`);
      const number = whole(unit.unit, `${here}.unit`);
      if (number !== u) bad(`${here}.unit`, `${u}, its place in the list`, number);
      const isQuiet = quiet(unit.quiet, `${here}.quiet`);
      return {
        unit: number,
        label: word(best.label, `${here}.best.label`),
        category: word(best.category, `${here}.best.category`),
        iou: share(best.iou, `${here}.best.iou`),
        detector:
          typeof unit.detector === 'boolean' ? unit.detector : bad(`${here}.detector`, 'true or false', unit.detector),
        ...(isQuiet && { quiet: isQuiet }),
      };
    });
    return { layer: text(layer.layer, `${at}.layer`), units };
  });
  return { model: text(file.model, 'model'), source: `${images} pictures of ${source}`, layers };
}

const TABLE = /^(.+)-result\.csv$/i;

/** The layer that a table is about, by the name of its file; undefined for other files. */
export const layerOfTable = (name: string): string | undefined => TABLE.exec(name)?.[1];

/**
 * A layer's table. The authors number units from 1, this library from 0.
 *
 * @throws Error that names the line, the column, the rule and the value
 */
export function parseTable(name: string, text: string): DissectedUnits {
  const { bad } = jsonReader(name);
  const [head = [], ...rows] = rowsOf(text);
  const columns = Object.fromEntries(
    ['unit', 'category', 'label', 'score'].map((column) => [column, head.indexOf(column)]),
  );
  const missing = Object.keys(columns).filter((column) => columns[column] < 0);
  if (missing.length > 0)
    bad('line 1', `a head with the columns unit, category, label, score (${missing.join(', ')} is missing)`, head);
  const first = Number(rows[0]?.[columns.unit]);
  if (!(first === 0 || first === 1)) bad('line 2, unit', '0 or 1', rows[0]?.[columns.unit]);
  const units = rows.map((row, u): UnitConcept => {
    const at = (column: string) => `line ${u + 2}, ${column}`;
    if (Number(row[columns.unit]) !== u + first) bad(at('unit'), String(u + first), row[columns.unit]);
    const score = row[columns.score];
    const iou = Number(score);
    if (!score || !(iou >= 0 && iou <= 1)) bad(at('score'), 'a number from 0 to 1', score);
    const [label = '', category = ''] = [row[columns.label], row[columns.category]];
    return { unit: u, label, category, iou, detector: iou > DETECTOR };
  });
  return { layer: layerOfTable(name) ?? name, units };
}

/** Rows of a table with quotes, as RFC 4180 has them; empty lines are left out. */
function rowsOf(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  for (const [, quoted, plain = '', end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/g)) {
    row.push(quoted === undefined ? plain : quoted.replace(/""/g, '"'));
    if (end === ',') continue;
    if (row.length > 1 || row[0] !== '') rows.push(row);
    row = [];
  }
  return rows;
}

/** `sky (object) · IoU 0.123`, and what a unit below the threshold is. */
export function conceptText({ label, category, iou, detector, quiet }: UnitConcept): string {
  if (quiet) return `${quiet}: no concept`;
  if (label === '') return 'no concept';
  return `${detector ? '' : 'no detector; most like '}${label}${category ? ` (${category})` : ''} · IoU ${iou.toFixed(3)}`;
}

/** Units of which the concept or its category has these letters, detectors first, the clearest ones first. */
export function filtered(units: readonly UnitConcept[], concept: string): readonly UnitConcept[] {
  const letters = concept.trim().toLowerCase();
  const rank = ({ detector, iou }: UnitConcept) => (detector ? 1 : 0) + iou;
  return units
    .filter(({ label, category }) => `${label}\n${category}`.toLowerCase().includes(letters))
    .sort((a, b) => rank(b) - rank(a) || a.unit - b.unit);
}
