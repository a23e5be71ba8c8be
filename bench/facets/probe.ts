// A linear probe: which facet a code belongs to, by ridge regression.
import { Matrix, solve } from 'ml-matrix';

export interface Probe {
  /** Scores of each facet for each row, `[rows][facets]`: about 1 for its own facet and −1 for others. */
  scores(rows: readonly (readonly number[])[]): number[][];
}

/** Share of the mean eigenvalue that is added to each. */
const RIDGE = 0.1;

/** Learns facets `0 … k − 1`. As many unknowns as pictures, by the products of pictures. */
export function probe(rows: readonly (readonly number[])[], truth: readonly number[], ridge = RIDGE): Probe {
  const k = 1 + truth.reduce((a, b) => Math.max(a, b), 0);
  const x = new Matrix(rows.map((row) => [...row, 1]));
  const y = new Matrix(truth.map((own) => Array.from({ length: k }, (_, facet) => (facet === own ? 1 : -1))));
  const gram = x.mmul(x.transpose());
  const weights = x
    .transpose()
    .mmul(solve(Matrix.add(gram, Matrix.eye(gram.rows).mul((ridge * gram.trace()) / gram.rows)), y));
  return { scores: (asked) => new Matrix(asked.map((row) => [...row, 1])).mmul(weights).to2DArray() };
}

export const best = (scores: readonly number[]): number => scores.indexOf(Math.max(...scores));

/** Held-out accuracy: one of five parts after the other. */
export function probeAccuracy(rows: readonly (readonly number[])[], truth: readonly number[]): number {
  const parts = 5;
  let right = 0;
  for (let part = 0; part < parts; part++) {
    const [train, test] = [false, true].map((held) =>
      rows.map((_, i) => i).filter((i) => (i % parts === part) === held),
    );
    const { scores } = probe(
      train.map((i) => rows[i]),
      train.map((i) => truth[i]),
    );
    for (const [n, own] of scores(test.map((i) => rows[i])).entries()) if (best(own) === truth[test[n]]) right++;
  }
  return right / truth.length;
}
