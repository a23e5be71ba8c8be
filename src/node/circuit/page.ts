// The page of a circuit: plain HTML with the strongest inputs and outputs of a unit, their weights as tiles and as numbers.
import type { Circuit, Connections } from '../../methods/circuit.js';
import { escaped, STYLE, short } from '../gallery/html.js';
import { reachOf } from './picture.js';

/** What circuit.json says, beside the numbers of `circuit`. */
export interface CircuitFile {
  readonly convscope: string;
  readonly model: { readonly name: string; readonly hash?: string };
  readonly weights?: string;
  readonly adapter: string;
  readonly unit: string;
  readonly pooling: Circuit['pooling'];
  readonly inputs: readonly ConnectionsFile[];
  readonly outputs: readonly ConnectionsFile[];
}

/** `Connections` with plain lists, and the picture beside the file. */
export interface ConnectionsFile extends Omit<Connections, 'units'> {
  readonly units: readonly {
    readonly unit: string;
    /** The class, where the unit is one. */
    readonly label?: string;
    readonly norm: number;
    readonly sum: number;
    readonly weights: readonly number[];
  }[];
  readonly picture: string;
  /** Of the picture: columns of tiles, pixels. */
  readonly size: readonly [width: number, height: number];
}

/** The page, as HTML. */
export function circuitPage(file: CircuitFile): string {
  const { model, unit, pooling, inputs, outputs, adapter, convscope, weights } = file;
  const section = (heading: string, own: ConnectionsFile): string => {
    const { layer, of, units, window, share, picture, size } = own;
    const rows = units.map(
      ({ unit: name, label, norm, sum }, i) =>
        `<tr><td>${i + 1}</td><td>${escaped(label === undefined ? name : `${name} ${label}`)}</td><td>${short(norm)}</td><td>${sum > 0 ? '+' : ''}${short(sum)}</td></tr>`,
    );
    const reach = short(
      reachOf({ ...own, units: units.map((one) => ({ ...one, weights: Float32Array.from(one.weights) })) }),
    );
    return `<h2>${escaped(heading)} ${escaped(layer)}</h2>
<p>${units.length} of ${of} units, which have ${Math.round(100 * share)} % of the squares of all weights. Each tile is ${window.height}×${window.width}, at ${window.top},${window.left} of the map; white is 0, full colour ${reach}: red excites, blue inhibits.</p>
<img src="${escaped(picture)}" width="${size[0]}" height="${size[1]}" alt="weights ${escaped(heading)} ${escaped(layer)}" style="max-width:100%;height:auto;image-rendering:pixelated">
<table><tr><th></th><th>unit</th><th>root of squares</th><th>sum</th></tr>
${rows.join('\n')}</table>`;
  };
  const pooled =
    pooling === 'average'
      ? 'a maximum over a window counts as its mean'
      : 'a maximum over a window counts as the number that was greatest in the given picture';
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(model.name)}: circuit of ${escaped(unit)}</title>
<style>${STYLE} table { border-collapse: collapse; margin: .6rem 0 } td, th { padding: .15rem .8rem .15rem 0; text-align: left }</style>
<h1>${escaped(model.name)}: circuit of ${escaped(unit)}</h1>
<p>Weights between layers, as if no ReLU and no normalization by neighbours were between them; ${pooled}.</p>
${weights === undefined ? '' : `<p><b>${escaped(weights)}</b></p>\n`}${inputs.map((own) => section('from', own)).join('\n')}
${outputs.map((own) => section('to', own)).join('\n')}
<footer><p>convscope ${escaped(convscope)}, ${escaped(adapter)}; numbers in <a href="circuit.json">circuit.json</a>.</p></footer>
</html>
`;
}
