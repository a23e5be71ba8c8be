// The page of a search: a contact sheet of all trials, to be sorted by any score, and picked from by eye.
import type { ImageScore, TrialKind, TrialScore } from '../../methods/search.js';
import type { Study } from '../../synthesize/study.js';
import type { GalleryPlan } from './files.js';
import { escaped, STYLE, short } from './html.js';

/** A trial with what was measured of it. */
export interface ScoredTrial {
  /** Of its piece: `pieces/ID.png` has its images in a column. */
  readonly id: string;
  readonly kind: TrialKind;
  /** Whose numbers they are: the kind's, or the row of the paper. */
  readonly preset: string;
  readonly index: number;
  readonly numbers: Readonly<Record<string, number>>;
  readonly scores: TrialScore;
  readonly tiles: readonly ({
    readonly unit: string;
    readonly seed: number;
    readonly dead?: true;
  } & Partial<ImageScore>)[];
  /** The study of its first image, which `convscope render --recipe` runs. */
  readonly recipe: Study;
}

/** The content of search.json. */
export interface SearchResult extends Pick<GalleryPlan, 'convscope' | 'model' | 'size'> {
  readonly weights?: string;
  /** The net that said how probable the classes are. */
  readonly judge: string;
  readonly seed: number;
  /** Real pictures that were compared with. */
  readonly images: number;
  readonly trials: readonly ScoredTrial[];
  /** Trials that complement each other. */
  readonly proposed: readonly string[];
}

/** Pixels that the longer side of a tile has on the page. */
const SHOWN = 96;

/** The columns by which the page sorts: what is best comes first. */
const COLUMNS = [
  { name: 'score', text: 'score', least: false },
  { name: 'transfer', text: 'judge’s probability', least: false },
  { name: 'named', text: 'named right', least: false },
  { name: 'reached', text: 'activation', least: false },
  { name: 'distance', text: 'distance', least: true },
  { name: 'slope', text: 'spectrum', least: true },
  { name: 'variation', text: 'variation', least: true },
] as const;

const OWN = `
.bar { position: sticky; top: 0; display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center; padding: .6rem 0; background: var(--paper); z-index: 1; border-bottom: 1px solid var(--line) }
.trials { display: grid; grid-template-columns: repeat(auto-fill, minmax(21rem, 1fr)); gap: .9rem; margin-top: 1rem }
article { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: .6rem }
article.proposed { border-color: var(--ink); box-shadow: 0 0 0 1px var(--ink) }
article header { display: flex; justify-content: space-between; gap: .5rem; font-weight: 600 }
.images { display: flex; flex-wrap: wrap; gap: .3rem; margin: .5rem 0 }
dl { display: grid; grid-template-columns: repeat(4, auto); gap: .1rem .6rem; margin: 0; font-size: .8rem; font-variant-numeric: tabular-nums }
dt { color: var(--soft) } dd { margin: 0 }
details { font-size: .8rem; color: var(--soft); margin-top: .4rem }
`;

const SCRIPT = `
const list = document.querySelector('.trials');
const recipes = JSON.parse(document.getElementById('recipes').textContent);
const chosen = () => [...document.querySelectorAll('input[name=trial]:checked')];
const count = () => { document.getElementById('count').textContent = chosen().length; };
document.getElementById('sort').addEventListener('change', ({ target }) => {
  const { value, selectedOptions: [{ dataset: { least } }] } = target;
  const of = (article) => Number(article.dataset[value]);
  const sorted = [...list.children].sort((a, b) => (least ? of(a) - of(b) : of(b) - of(a)));
  list.append(...sorted);
});
list.addEventListener('change', count);
document.getElementById('propose').addEventListener('click', () => {
  for (const input of document.querySelectorAll('input[name=trial]')) input.checked = input.closest('article').classList.contains('proposed');
  count();
});
document.getElementById('save').addEventListener('click', () => {
  const picked = chosen().map(({ value }) => recipes[value]);
  const address = URL.createObjectURL(new Blob([JSON.stringify(picked, undefined, 2)], { type: 'application/json' }));
  Object.assign(document.createElement('a'), { href: address, download: 'recipes.json' }).click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
});
count();
`;

/** The page of a finished search, as HTML. */
export function searchPage(result: SearchResult): string {
  const { model, judge, trials, proposed, size, convscope, images, seed, weights } = result;
  const [W, H] = size;
  const scale = SHOWN / Math.max(W, H);
  const px = (pixels: number) => `${Number((pixels * scale).toFixed(2))}`;
  const best = [...trials].sort((a, b) => b.scores.score - a.scores.score || a.index - b.index);
  const used = COLUMNS.filter(({ name }) => trials.some(({ scores }) => scores[name] !== undefined));

  const card = ({ id, kind, preset, index, numbers, scores, tiles }: ScoredTrial): string => {
    const pictures = tiles.map(({ unit, seed: own, dead, transfer }, n) => {
      const said = transfer === undefined ? '' : `, ${short(transfer)}`;
      const title = escaped(`${unit}, seed ${own}${dead ? ', dead' : said}`);
      if (dead) return `<div class="tile none" title="${title}">dead</div>`;
      return `<div class="tile" title="${title}" style="--x:0;--y:${px(n * H)}"><img loading="lazy" decoding="async" src="pieces/${id}.png" width="${px(W)}" height="${px(H * tiles.length)}" alt="${title}"></div>`;
    });
    const values = used.map(({ name, text }) => `<dt>${text}</dt><dd>${shown(scores[name])}</dd>`);
    const drawn = Object.entries(numbers).map(([name, value]) => `${escaped(name)} ${short(value)}`);
    const data = used.map(({ name, least }) => `data-${name}="${sortable(scores[name], least)}"`).join(' ');
    return `<article class="${proposed.includes(id) ? 'proposed' : ''}" ${data}>
<header><label><input type="checkbox" name="trial" value="${index}"> ${index}: ${kind === 'published' ? `${escaped(preset)}, published` : kind}</label>${proposed.includes(id) ? '<span>proposed</span>' : ''}</header>
<div class="images">${pictures.join('')}</div>
<dl>${values.join('')}</dl>
<details><summary>numbers</summary>${drawn.join(', ')}</details>
</article>`;
  };

  const recipes = Object.fromEntries(
    trials.map(({ index, kind, numbers, recipe, scores }) => [index, { trial: index, kind, numbers, scores, recipe }]),
  );
  const options = used.map(
    ({ name, text, least }) => `<option value="${name}"${least ? ' data-least="1"' : ''}>${text}</option>`,
  );
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(model.name)}: a search of recipes</title>
<style>${STYLE}${OWN}:root { --w: ${px(W)}px; --h: ${px(H)}px }</style>
<h1>${escaped(model.name)}: ${trials.length} random recipes</h1>
<p>The judge is ${escaped(judge)}. Activation: 1 is that of the best of ${images} real pictures. Distance: to the 5 nearest real pictures by the judge’s features, where real ones have 1. Spectrum and variation: standard deviations from real pictures. The score is the mean rank in all of them.${comparison(result)}</p>
${weights === undefined ? '' : `<p><b>${escaped(weights)}</b></p>\n`}<div class="bar"><label>Sort by <select id="sort">${options.join('')}</select></label>
<button type="button" id="propose">Choose the proposed set</button>
<button type="button" id="save">Save the chosen recipes (<span id="count">0</span>)</button></div>
<div class="trials">
${best.map(card).join('\n')}
</div>
<footer><p>Made by convscope ${escaped(convscope)}, trials of seed ${seed}. <a href="search.json">search.json</a> has all numbers.</p></footer>
<script type="application/json" id="recipes">${JSON.stringify(recipes).replace(/</g, '\\u003c')}</script>
<script>${SCRIPT}</script>
</html>
`;
}

/** For sorting: what was not measured comes last. */
const sortable = (value: number | undefined, least: boolean): number =>
  value === undefined || !Number.isFinite(value) ? (least ? Number.MAX_VALUE : -1) : Number(value.toPrecision(6));

const shown = (value: number | undefined): string =>
  value === undefined || !Number.isFinite(value) ? '–' : short(value);

/** How the proposed set does beside the paper's rows, if they are there. */
function comparison({ trials, proposed }: SearchResult): string {
  const published = trials.filter(({ kind }) => kind === 'published');
  if (published.length === 0) return '';
  const chosen = trials.filter(({ id }) => proposed.includes(id));
  const mean = (of: readonly ScoredTrial[]) => of.reduce((sum, { scores }) => sum + scores.score, 0) / of.length;
  const [own, theirs] = [mean(chosen), mean(published)];
  const verdict = own > theirs ? 'beats' : 'does not beat';
  return ` The proposed set ${verdict} the paper’s four rows: a mean score of ${short(own)} beside ${short(theirs)}.`;
}
