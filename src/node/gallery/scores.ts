// What a finished gallery scores, by layer and preset: numbers with intervals, and a table of them.

import type { ImageScore } from '../../methods/search.js';
import { type Estimate, meanOf, shareOf } from './intervals.js';

/** Scores of the pictures of one layer by one preset. Dead units count as none reached, none leading and none named. */
export interface PresetScores {
  readonly layer: string;
  readonly preset: string;
  readonly images: number;
  readonly dead: number;
  readonly reached: Estimate;
  readonly leads: Estimate;
  /** Absent where the judge knows no such class. */
  readonly named?: Estimate;
  readonly transfer?: Estimate;
  readonly slope: Estimate;
  readonly variation: Estimate;
  readonly distance: Estimate;
}

/** Sums up scores; undefined stands for a dead unit. */
export function summarize(
  layer: string,
  preset: string,
  scores: readonly (ImageScore | undefined)[],
  asked: boolean,
): PresetScores {
  const alive = scores.flatMap((score) => score ?? []);
  return {
    layer,
    preset,
    images: scores.length,
    dead: scores.length - alive.length,
    reached: meanOf(scores.map((score) => score?.reached ?? 0)),
    leads: shareOf(scores.map((score) => score?.leads === true)),
    ...(asked && {
      named: shareOf(scores.map((score) => score?.named === true)),
      transfer: meanOf(scores.map((score) => score?.transfer ?? 0)),
    }),
    slope: meanOf(alive.map(({ slope }) => Math.abs(slope))),
    variation: meanOf(alive.map(({ variation }) => Math.abs(variation))),
    distance: meanOf(alive.map(({ distance }) => distance)),
  };
}

/** Columns of the table, after layer and preset. */
const COLUMNS: readonly (readonly [title: string, text: (scores: PresetScores) => string])[] = [
  ['images', ({ images, dead }) => (dead > 0 ? `${images} (${dead} dead)` : `${images}`)],
  ['activation', ({ reached }) => number(reached)],
  ['leads its layer', ({ leads }) => percent(leads)],
  ['named by the judge', ({ named }) => percent(named)],
  ['judge’s probability', ({ transfer }) => number(transfer)],
  ['spectrum', ({ slope }) => number(slope)],
  ['variation', ({ variation }) => number(variation)],
  ['distance', ({ distance }) => number(distance)],
];

/** The table in Markdown: each number with its interval. */
export function scoresTable(rows: readonly PresetScores[]): string {
  const lines = [
    ['layer', 'preset', ...COLUMNS.map(([title]) => title)],
    ['---', '---', ...COLUMNS.map(() => '---:')],
    ...rows.map((row) => [row.layer, row.preset, ...COLUMNS.map(([, text]) => text(row))]),
  ];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function number(estimate: Estimate | undefined): string {
  if (!estimate || Number.isNaN(estimate.value)) return '–';
  const { value, low, high } = estimate;
  const digits = value >= 10 ? 1 : 2;
  return `${value.toFixed(digits)} (${low.toFixed(digits)} to ${high.toFixed(digits)})`;
}

function percent(estimate: Estimate | undefined): string {
  if (!estimate || Number.isNaN(estimate.value)) return '–';
  const whole = (share: number) => Math.round(share * 100);
  return `${whole(estimate.value)} % (${whole(estimate.low)} to ${whole(estimate.high)})`;
}
