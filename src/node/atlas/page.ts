// The page of an atlas: a map of icons with what is known of each square beside it. It needs no server and nothing from elsewhere.
import { escaped, STYLE } from '../gallery/html.js';
import { SCRIPT } from './script.js';

/** What the page is told of a square. */
export interface PageCell {
  readonly column: number;
  readonly row: number;
  readonly count: number;
  /** Index of the class, and the mean contribution to it; the greatest first. */
  readonly classes: readonly (readonly [index: number, contribution: number])[];
  /** The classes that the net takes most of its pictures for, and how many of them. */
  readonly taken: readonly (readonly [index: number, count: number])[];
  /** Place in the level's sheet; absent where no image could be made. */
  readonly icon?: number;
  /** Place in the sheet of examples, and the picture's name. */
  readonly examples: readonly (readonly [place: number, name: string])[];
}

/** What the page is told. */
export interface AtlasPage {
  readonly convscope: string;
  readonly model: string;
  readonly weights?: string;
  readonly layer: string;
  readonly adapters: readonly string[];
  readonly count: number;
  readonly contributionsTo: 'all' | 'predicted';
  readonly labels: readonly string[];
  /** Columns and rows of an icon, and of an example. */
  readonly icon: readonly [width: number, height: number];
  readonly example: readonly [width: number, height: number];
  readonly exampleColumns: number;
  readonly examples: string;
  readonly levels: readonly {
    readonly side: number;
    readonly sheet: string;
    /** Icons in a row of the sheet. */
    readonly columns: number;
    readonly cells: readonly PageCell[];
  }[];
}

const OWN = `
.two { display: grid; grid-template-columns: minmax(0, 1fr) 17rem; gap: 1rem; margin-top: .75rem }
#map { width: 100%; height: min(78vh, 60rem); display: block; touch-action: none; cursor: grab; color: var(--ink); background: var(--card); border: 1px solid var(--line); border-radius: 8px }
#map:focus-visible { outline: 3px solid #2f7fd6; outline-offset: 1px }
#about-square { min-height: 12rem } #about-square canvas { border-radius: 6px }
#icon { width: 10rem; height: auto; display: block; image-rendering: auto }
.bar { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; margin-top: .75rem }
button, select { font: inherit; color: inherit; background: var(--card); border: 1px solid var(--line); border-radius: 6px; padding: .25rem .6rem; min-height: 2rem }
#classes { list-style: none; margin: .5rem 0; padding: 0 } #classes li { position: relative; padding: .1rem .4rem; display: flex; justify-content: space-between; z-index: 0 }
#classes li::before { content: ''; position: absolute; z-index: -1; inset: 1px auto 1px 0; width: calc(var(--share) * 100%); background: #2f7fd63a; border-radius: 3px }
#examples { display: flex; flex-wrap: wrap; gap: .3rem } #examples canvas { width: 4.6rem; height: auto }
.out { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%) }
@media (max-width: 48rem) { .two { grid-template-columns: minmax(0, 1fr) } #map { height: 60vh } }
`;

/** The page, as HTML. */
export function atlasPage(page: AtlasPage): string {
  const { model, layer, labels, levels, count, adapters, convscope, weights, contributionsTo, examples } = page;
  const shown = [
    ...new Set(levels.flatMap(({ cells }) => cells.flatMap(({ taken }) => taken.slice(0, 1).map(([i]) => i)))),
  ];
  const name = (index: number) => labels[index] ?? `class ${index}`;
  const options = shown
    .sort((a, b) => name(a).localeCompare(name(b), 'en'))
    .map((index) => `<option value="${index}">${escaped(name(index))}</option>`);
  const { adapters: _, convscope: __, weights: ___, ...data } = page;
  const to = contributionsTo === 'all' ? 'each class' : 'the class that the net predicts';
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>${escaped(model)}: an atlas of ${escaped(layer)}</title>
<style>${STYLE}${OWN}</style>
<header>
<h1>${escaped(model)}: an atlas of ${escaped(layer)}</h1>
<p>${count} activations, each from one place of one picture, lie near those that they are like. Each square shows what the net sees in the mean of its activations.</p>
${weights === undefined ? '' : `<p><b>${escaped(weights)}</b></p>\n`}</header>
<main>
<div class="bar">
<button type="button" id="nearer" aria-label="nearer">+</button><button type="button" id="farther" aria-label="farther">−</button><button type="button" id="whole">All of it</button>
<label>Class <select id="class"><option value="-1">all</option>${options.join('')}</select></label> <span id="level"></span>
</div>
<div class="two">
<canvas id="map" tabindex="0" role="img" aria-label="map of icons: the arrows go from square to square, + and − come nearer and go away, 0 shows all"></canvas>
<section id="about-square" aria-label="the square that is pointed at">
<p id="none">Point at a square, or press it.</p>
<div id="about" hidden><canvas id="icon" role="img" aria-label="icon of the square"></canvas><p id="count"></p><p id="taken"></p><p>It contributes most to:</p><ol id="classes"></ol><p>Pictures that are most like it:</p><div id="examples"></div></div>
<p id="told" class="out" aria-live="polite"></p>
</section>
</div>
</main>
<div hidden>${levels.map(({ sheet }, i) => `<img id="sheet-${i}" src="${escaped(sheet)}" alt="">`).join('')}<img id="examples-sheet" src="${escaped(examples)}" alt=""></div>
<footer><p>Numbers are mean contributions to ${to}: activation times gradient of its score. The map is by UMAP, by the cosine of activations. Made by convscope ${escaped(convscope)} on ${escaped(adapters.join(' and '))}. After Carter et al. 2019, Activation Atlas.</p></footer>
<script type="application/json" id="atlas">${JSON.stringify(data).replace(/</g, '\\u003c')}</script>
<script>${SCRIPT}</script>
</html>
`;
}
