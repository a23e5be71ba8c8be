// The page of a gallery: plain HTML that needs no script and no server.
import type { GalleryIndex, SheetTile } from './galleryIndex.js';

/** Pixels that the longer side of a tile has on the page. */
const SHOWN = 128;

const STYLE = `
:root { color-scheme: light dark; --ink: #1c1c1e; --soft: #6b6b70; --paper: #f6f5f2; --card: #fff; --line: #dddbd5; --bad: #a33 }
@media (prefers-color-scheme: dark) { :root { --ink: #eee; --soft: #9d9da3; --paper: #161618; --card: #202023; --line: #34343a; --bad: #f88 } }
* { box-sizing: border-box }
body { margin: 0 auto; max-width: 90rem; padding: 1.5rem; background: var(--paper); color: var(--ink); font: 15px/1.45 system-ui, sans-serif }
h1 { font-size: 1.6rem; margin: 0 0 .25rem }
h2 { font-size: 1.2rem; margin: 2.5rem 0 .25rem; padding-top: .75rem; border-top: 1px solid var(--line) }
h3 { font-size: 1rem; margin: 1.25rem 0 .1rem }
p { margin: .15rem 0; color: var(--soft); max-width: 60rem }
nav { margin: .75rem 0 } nav a { margin-right: .75rem; color: inherit }
.tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(var(--w), max-content)); gap: .9rem .7rem; margin: .75rem 0 }
figure { margin: 0; width: var(--w) }
.tile { position: relative; overflow: hidden; width: var(--w); height: var(--h); border-radius: 6px; background: var(--line) }
.tile img { position: absolute; max-width: none; left: calc(var(--x) * -1px); top: calc(var(--y) * -1px) }
.none { display: grid; place-items: center; color: var(--bad); font-size: .85rem; text-align: center; padding: .4rem; background: repeating-linear-gradient(45deg, transparent 0 8px, var(--line) 8px 9px), var(--card) }
figcaption { font-size: .8rem; line-height: 1.3; margin-top: .3rem; overflow-wrap: anywhere }
figcaption b { display: block; font-weight: 600 }
figcaption span { color: var(--soft); font-variant-numeric: tabular-nums }
footer { margin-top: 3rem; font-size: .85rem }
`;

/** The page of a finished gallery, as HTML. */
export function galleryPage(index: GalleryIndex): string {
  const { model, presets, tiles, sheets, size, adapters, convscope, contrast, weights, statistics } = index;
  const layers = [...new Set(tiles.map(layerOf))];
  const [W, H] = size;
  const scale = SHOWN / Math.max(W, H);
  const px = (pixels: number) => `${Number((pixels * scale).toFixed(2))}`;
  const several = new Set(tiles.map(({ seed }) => seed)).size > 1;

  const figure = (tile: SheetTile): string => {
    const { unit, label, seed, objective, dead, remark = '', sheet } = tile;
    const name = label ?? unit;
    const title = [label === undefined ? unit : `${unit}, ${label}`, `seed ${seed}`, remark].filter(Boolean).join('; ');
    const at = sheet === undefined ? undefined : sheets[sheet];
    const picture = at
      ? `<div class="tile" style="--x:${px(tile.x ?? 0)};--y:${px(tile.y ?? 0)}"><img loading="lazy" decoding="async" src="${escaped(at.file)}" width="${px(at.width)}" height="${px(at.height)}" alt="${escaped(title)}"></div>`
      : `<div class="tile none">no image</div>`;
    const lines = [
      ...(label === undefined ? [] : [escaped(unit)]),
      ...(several ? [`seed ${seed}`] : []),
      dead ? 'dead' : short(objective),
    ];
    return `<figure title="${escaped(title)}">${picture}<figcaption><b>${escaped(name)}</b><span>${lines.join(' · ')}</span></figcaption></figure>`;
  };

  const section = (layer: string, i: number): string => {
    const blocks = presets.map(({ name, text }) => {
      const own = tiles.filter((tile) => layerOf(tile) === layer && tile.preset === name);
      if (own.length === 0) return '';
      const dead = own.filter((tile) => tile.dead).length;
      const note =
        dead > 0
          ? ` <p>${dead} of ${own.length} have no image: their gradient is zero wherever they were started.</p>`
          : '';
      return `<h3>${escaped(name)}</h3><p>${escaped(text)}</p>${note}<div class="tiles">\n${own.map(figure).join('\n')}\n</div>`;
    });
    return `<section id="layer-${i}"><h2>${escaped(layer)}</h2>${blocks.join('')}</section>`;
  };

  const links = layers.map((layer, i) => `<a href="#layer-${i}">${escaped(layer)}</a>`).join('');
  const about = presets.map(
    ({ name, source, changes }) => `<p><b>${escaped(name)}</b>: ${escaped(source)}. Changes: ${escaped(changes)}</p>`,
  );
  const shown = contrast === 'auto' ? 'Contrast is stretched around mid-grey.' : 'Pixels are those that the net saw.';
  const facts = [
    `Made by convscope ${convscope} on ${adapters.join(' and ')}.`,
    shown,
    ...(statistics === undefined ? [] : [`Statistics of pictures: ${statistics}.`]),
    ...(model.hash === undefined ? [] : [`Net ${model.hash.slice(0, 16)}….`]),
  ];
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(model.name)}: preferred images</title>
<style>${STYLE}:root { --w: ${px(W)}px; --h: ${px(H)}px }</style>
<h1>${escaped(model.name)}: preferred images</h1>
<p>Each picture was made to raise one unit. Below it: the unit, and the objective that it reached.</p>
${weights === undefined ? '' : `<p><b>${escaped(weights)}</b></p>\n`}<nav>${layers.length > 1 ? links : ''}</nav>
${layers.map(section).join('\n')}
<footer>${about.join('')}<p>${escaped(facts.join(' '))} <a href="index.json">index.json</a> has all numbers.</p></footer>
</html>
`;
}

const layerOf = ({ unit }: SheetTile): string => unit.replace(/:\d+(:\d+,\d+)?$/, '');

/** Three digits, and a true minus. */
const short = (value: number): string => String(Number(value.toPrecision(3))).replace('-', '−');

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text: string): string => text.replace(/[&<>"]/g, (c) => ENTITIES[c]);
