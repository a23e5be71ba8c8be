// The page of a gallery: plain HTML that needs no script and no server.

import type { GalleryIndex, SheetTile } from './galleryIndex.js';
import { escaped, STYLE, short } from './html.js';

/** Pixels that the longer side of a tile has on the page. */
const SHOWN = 128;

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
