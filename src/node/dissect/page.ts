// The page of a dissection, after the authors' report: for each layer how many units detect how many concepts, a bar for each concept,
// and for each unit its concept and its top pictures, dark where the unit is not active.
import type { DissectedLayer, DissectedUnit, Dissection } from '../../methods/dissect.js';
import { escaped, STYLE, short } from '../gallery/html.js';

/** What dissection.json says. */
export interface DissectionFile extends Dissection {
  readonly convscope: string;
  readonly adapter: string;
  readonly weights?: string;
}

/** Hues of categories, which also those who see few colours tell apart (Okabe & Ito 2008). */
const COLOURS = ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#56b4e9', '#d55e00', '#f0e442', '#999999'];
/** Pixels of a bar's step, of the highest bar, and of the space for names below the bars. */
const [STEP, HIGH, NAMES, LEFT] = [18, 120, 70, 34];

const OWN = `
.unit { margin: .5rem 0 1.1rem }
.unit h3 { margin: 0 0 .2rem; font-weight: 600 } .unit h3 span { font-weight: 400; color: var(--soft); font-variant-numeric: tabular-nums }
.unit img { display: block; max-width: 100%; height: auto; border-radius: 6px }
.below { opacity: .75 }
.dot { display: inline-block; width: .7em; height: .7em; border-radius: 50%; margin-right: .4em; background: var(--own) }
svg { display: block; max-width: 100%; height: auto; margin: .75rem 0 } svg text { fill: currentColor; font: 11px system-ui, sans-serif }
.chart { overflow-x: auto } .chart svg { max-width: none }
.key span { margin-right: 1rem; white-space: nowrap } details > summary { cursor: pointer; margin: .75rem 0 }
table { border-collapse: collapse; margin: .75rem 0 } td, th { padding: .15rem .8rem .15rem 0; text-align: left } td.n, th.n { text-align: right; font-variant-numeric: tabular-nums }
`;

/** `37/64 units covering 15 concepts with IoU > 0.04` */
export const summary = ({ units, detectors, covered }: DissectedLayer, iou: number): string =>
  `${detectors}/${units.length} units covering ${covered.length} concepts with IoU > ${iou}`;

/** The page, as HTML. `strip` is a unit's file of pictures, and its columns and rows. */
export function dissectionPage(
  file: DissectionFile,
  strips: { readonly width: number; readonly height: number; of(layer: number, unit: number): string | undefined },
  tables: readonly string[],
): string {
  const { model, layers, categories, source, images, skipped, quantile, iou, size, thresholds, weights } = file;
  const colour = (category: string) =>
    COLOURS[
      Math.max(
        0,
        categories.findIndex(({ name }) => name === category),
      ) % COLOURS.length
    ];

  const row = (l: number, { layer }: DissectedLayer, unit: DissectedUnit): string => {
    const { best, quiet, threshold, detector } = unit;
    const name = `${layer}:${unit.unit}`;
    const meaning = best.label === '' ? 'no concept' : `${best.label} (${best.category})`;
    const rest = quiet
      ? `${quiet}: its activation is ${short(unit.greatest)} everywhere`
      : `threshold ${short(threshold)}`;
    const picture = strips.of(l, unit.unit);
    const shown = picture
      ? `<img loading="lazy" decoding="async" src="${escaped(picture)}" width="${strips.width}" height="${strips.height}" alt="the pictures in which ${escaped(name)} is most active">`
      : '';
    return `<div class="unit${detector ? '' : ' below'}" style="--own:${colour(best.category)}"><h3><i class="dot"></i>${escaped(name)} ${escaped(quiet ?? meaning)} <span>IoU ${best.iou.toFixed(3)} · ${rest}</span></h3>${shown}</div>`;
  };

  const section = (layer: DissectedLayer, l: number): string => {
    const sorted = [...layer.units].sort((a, b) => b.best.iou - a.best.iou || a.unit - b.unit);
    const above = sorted.filter(({ detector }) => detector);
    const below = sorted.filter(({ detector }) => !detector);
    const quiet = (kind: string) => layer.units.filter((unit) => unit.quiet === kind).length;
    const notes = (['dead', 'constant'] as const).filter((kind) => quiet(kind) > 0);
    return `<section id="layer-${l}"><h2>${escaped(layer.layer)}</h2>
<p>${escaped(summary(layer, iou))}${notes.map((kind) => `; ${quiet(kind)} ${kind}`).join('')}. <a href="${escaped(tables[l])}">Table</a></p>
<div class="chart">${barsOf(layer, file, colour)}</div>
${above.map((unit) => row(l, layer, unit)).join('\n')}
${below.length > 0 ? `<details><summary>${below.length} units below</summary>\n${below.map((unit) => row(l, layer, unit)).join('\n')}\n</details>` : ''}</section>`;
  };

  const overview = layers.map((layer, l) => {
    const cells = categories.map(({ name }) => {
      const own = layer.covered.filter(({ category }) => category === name);
      return `<td class="n">${own.reduce((sum, { units }) => sum + units, 0)} / ${own.length}</td>`;
    });
    return `<tr><td><a href="#layer-${l}">${escaped(layer.layer)}</a></td><td class="n">${layer.units.length}</td><td class="n">${layer.detectors}</td><td class="n">${layer.covered.length}</td>${cells.join('')}</tr>`;
  });
  const exactly = thresholds.exact ? 'exact' : `within ${short(100 * thresholds.bound)} %`;
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(model)}: dissection</title>
<style>${STYLE}${OWN}</style>
<h1>${escaped(model)}: what its units detect</h1>
<p>${images} pictures of ${escaped(source)}${skipped.length > 0 ? `, ${skipped.length} left out` : ''}. A unit is active where its map, brought to ${size.join('×')} places, is above the threshold that ${short(100 * quantile)} % of its activations exceed (${exactly}). Its concept is the one whose places it overlaps best. Pictures are bright where the unit is active.</p>
${weights === undefined ? '' : `<p><b>${escaped(weights)}</b></p>\n`}<p class="key">${categories.map(({ name, images: annotated, concepts }) => `<span style="--own:${colour(name)}"><i class="dot"></i>${escaped(name)}: ${concepts} concepts in ${annotated} pictures</span>`).join('')}</p>
<table><tr><th>layer</th><th class="n">units</th><th class="n">detectors</th><th class="n">concepts</th>${categories.map(({ name }) => `<th class="n">${escaped(name)}: units / concepts</th>`).join('')}</tr>
${overview.join('\n')}</table>
${layers.map(section).join('\n')}
<footer><p>Made by convscope ${escaped(file.convscope)} on ${escaped(file.adapter)}, after Bau et al. 2017 (Network Dissection). <a href="dissection.json">dissection.json</a> has all numbers.</p></footer>
</html>
`;
}

/** A bar for each concept that a layer detects: as high as it has units, by category, the most frequent first. */
function barsOf(
  layer: Pick<DissectedLayer, 'covered' | 'layer'>,
  { categories }: Pick<Dissection, 'categories'>,
  colour: (category: string) => string,
): string {
  const bars = categories.flatMap(({ name }) =>
    layer.covered.filter(({ category }) => category === name).sort((a, b) => b.units - a.units),
  );
  if (bars.length === 0) return '';
  const most = Math.max(...bars.map(({ units }) => units));
  const [width, height] = [LEFT + bars.length * STEP + NAMES / 2, HIGH + NAMES + 16];
  const y = (units: number) => 12 + HIGH * (1 - units / most);
  const marks = [...new Set([1, Math.ceil(most / 2), most])].map(
    (units) =>
      `<text x="${LEFT - 6}" y="${y(units) + 4}" text-anchor="end">${units}</text><path d="M${LEFT} ${y(units)}H${LEFT + bars.length * STEP}" stroke="currentColor" stroke-opacity=".15"/>`,
  );
  const drawn = bars.map(({ name, category, units }, i) => {
    const x = LEFT + i * STEP;
    return `<g><title>${escaped(name)} (${escaped(category)}): ${units} units</title><rect x="${x + 2}" y="${y(units)}" width="${STEP - 4}" height="${HIGH + 12 - y(units)}" fill="${colour(category)}"/><text transform="translate(${x + STEP / 2 + 3} ${HIGH + 20}) rotate(60)">${escaped(name)}</text></g>`;
  });
  return `<svg width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="units of ${escaped(layer.layer)} for each concept">${marks.join('')}${drawn.join('')}</svg>`;
}
