// Which facet of a class a picture shows, by a probe on the codes of a network that was told the facets of held-out pictures.
import { mean } from 'simple-statistics';
import type { Context } from '../../src/gpu/context.js';
import type { Model } from '../../src/graph/model.js';
import { codesNamed } from '../../src/methods/facets.js';
import { scan } from '../../src/scan/scan.js';
import type { SetImage } from '../../src/scene/images.js';
import { worldImage } from '../../train/world/index.js';
import { best, probe } from './probe.js';

/** The oracle's pictures: of a seed that nothing else uses. */
const HELD_OUT = 8;
const TOLD = 300;
const ASKED = 100;
/** What the oracle looks at, in mini-squeezenet: means and maxima of maps. */
const ORACLE = ['fire5/concat', 'fire5/concat@max', 'fire7/concat', 'fire7/concat@max'];

/** What an oracle says of pictures: scores of each facet. */
export type Oracle = (pictures: readonly SetImage[]) => Promise<number[][]>;

/** A probe on the second network, its held-out accuracy, and how far it prefers one facet in real pictures. */
export async function oracleOf(ctx: Context, second: Model, c: number) {
  const rowsOf = async (pictures: readonly SetImage[]) => {
    const collectors = codesNamed(second, `pool10:${c}`, ORACLE);
    const { states } = await scan(ctx, second, pictures, collectors);
    return pictures.map((_, i) => states.flatMap((state) => unit([...(state.get(i)?.row ?? [])])));
  };
  const held = Array.from({ length: TOLD + ASKED }, (_, i) => worldImage(HELD_OUT, i, { class: c }));
  const rows = await rowsOf(held.map((picture, id) => ({ id, picture })));
  const truth = held.map(({ facet }) => facet);
  const { scores } = probe(rows.slice(0, TOLD), truth.slice(0, TOLD));
  const said = scores(rows.slice(TOLD));
  const oracle: Oracle = async (pictures) => scores(await rowsOf(pictures));
  return {
    oracle,
    accuracy: mean(said.map((own, i) => (best(own) === truth[TOLD + i] ? 1 : 0))),
    margin: mean(said.map(marginOf)),
    k: new Set(truth).size,
  };
}

/** How far the first choice is ahead. */
export const marginOf = (scores: readonly number[]): number => {
  const [first, next] = [...scores].sort((a, b) => b - a);
  return first - next;
};

/** A vector of length 1; one of zeros stays. */
export function unit(values: number[]): number[] {
  const length = Math.hypot(...values);
  return length > 0 ? values.map((value) => value / length) : values;
}
