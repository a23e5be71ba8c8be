// The page of a unit's facets: plain HTML with the map, and for each facet its mean image, what the unit sees in it, and its pictures.
import { escaped, STYLE, short } from '../gallery/html.js';

/** What facets.json says, beside the files of pictures. */
export interface FacetsFile {
  readonly convscope: string;
  readonly model: { readonly name: string; readonly hash?: string };
  readonly weights?: string;
  readonly adapter: string;
  readonly unit: string;
  /** The class, where the unit is one. */
  readonly label?: string;
  readonly codes: readonly string[];
  readonly preset: string;
  readonly k: number;
  readonly silhouette: number;
  readonly skipped: readonly string[];
  readonly images: readonly {
    readonly id: string | number;
    readonly facet: number;
    readonly at: readonly [x: number, y: number];
  }[];
  readonly facets: readonly {
    readonly size: number;
    /** Files beside this one; no image where the unit is dead from the mean. */
    readonly mean: string;
    readonly image?: string;
    readonly members: string;
    /** What was raised, at the last step. */
    readonly objective: number;
    readonly remark?: string;
  }[];
  /** Pictures in each strip of members, and columns and rows of one on the page. */
  readonly shown: number;
  readonly size: readonly [width: number, height: number];
}

/** Hues of facets on the map, which also those who see few colours tell apart (Okabe & Ito 2008). */
const COLOURS = ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#56b4e9', '#d55e00', '#f0e442', '#999999'];
/** Pixels of a side of the map. */
const MAP = 360;
const MARGIN = 12;

const OWN = `
.facets { display: grid; gap: 1rem; margin-top: 1rem }
article { display: grid; grid-template-columns: auto 1fr; gap: .4rem 1rem; padding: .9rem; background: var(--card); border: 1px solid var(--line); border-left: 6px solid var(--own); border-radius: 8px }
article h2 { grid-column: 1 / -1; margin: 0; padding: 0; border: 0 }
.two { display: flex; gap: .6rem } .two figure { width: auto }
.two img, .members { display: block; max-width: 100%; height: auto; border-radius: 6px; image-rendering: auto }
svg { display: block; max-width: 100%; height: auto; background: var(--card); border: 1px solid var(--line); border-radius: 8px }
@media (max-width: 42rem) { article { grid-template-columns: 1fr } }
`;

/** The page, as HTML. */
export function facetsPage(file: FacetsFile): string {
  const { model, unit, label, facets, images, k, silhouette, codes, preset, adapter, convscope, weights, shown } = file;
  const name = label === undefined ? unit : `${label} (${unit})`;
  const [w, h] = file.size;
  const colour = (facet: number) => COLOURS[facet % COLOURS.length];
  const article = ({ size, mean, image, members, objective, remark }: FacetsFile['facets'][number], i: number) => {
    const picture = (src: string, text: string) =>
      `<figure><img src="${escaped(src)}" width="${2 * w}" height="${2 * h}" alt="${text}"><figcaption>${text}</figcaption></figure>`;
    const made = image === undefined ? `<p>${escaped(remark ?? 'no image')}</p>` : picture(image, 'what the unit sees');
    const least = Math.min(shown, size);
    return `<article style="--own:${colour(i)}"><h2>Facet ${i + 1}: ${size} pictures</h2>
<div class="two">${picture(mean, 'mean of the nearest pictures')}${made}</div>
<figure style="width:auto"><img class="members" src="${escaped(members)}" alt="the ${least} pictures nearest to its middle"><figcaption>the ${least} nearest to its middle${image === undefined ? '' : `; objective ${short(objective)}`}</figcaption></figure></article>`;
  };
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(model.name)}: facets of ${escaped(name)}</title>
<style>${STYLE}${OWN}</style>
<h1>${escaped(model.name)}: facets of ${escaped(name)}</h1>
<p>${images.length} pictures in ${k} groups by ${codes.map((code) => escaped(code)).join(', ')}; mean silhouette ${short(silhouette)}. Each image was optimized by the preset ${escaped(preset)}, from the mean of its facet’s nearest pictures.</p>
${weights === undefined ? '' : `<p><b>${escaped(weights)}</b></p>\n`}${mapOf(images, colour)}
<div class="facets">
${facets.map(article).join('\n')}
</div>
<footer><p>Made by convscope ${escaped(convscope)} on ${escaped(adapter)}. The map is by UMAP: near pictures have similar codes. <a href="facets.json">facets.json</a> has all numbers.</p></footer>
</html>
`;
}

/** The pictures as points, those of a facet in one colour. */
function mapOf(images: FacetsFile['images'], colour: (facet: number) => string): string {
  const range = (axis: 0 | 1) => {
    const values = images.map(({ at }) => at[axis]);
    const [low, high] = [Math.min(...values), Math.max(...values)];
    return (value: number) => MARGIN + ((value - low) / (high - low || 1)) * (MAP - 2 * MARGIN);
  };
  const [x, y] = [range(0), range(1)];
  const points = images.map(
    ({ id, facet, at }) =>
      `<circle cx="${x(at[0]).toFixed(1)}" cy="${y(at[1]).toFixed(1)}" r="4" fill="${colour(facet)}" fill-opacity=".75"><title>${escaped(String(id))}, facet ${facet + 1}</title></circle>`,
  );
  return `<svg width="${MAP}" height="${MAP}" viewBox="0 0 ${MAP} ${MAP}" role="img" aria-label="map of the pictures">${points.join('')}</svg>`;
}
