// Where to look on a path of length 1, and what each look weighs.

/** Where from 0 to 1, and the weight there; the weights add up to 1. */
export interface Look {
  readonly at: number;
  readonly weight: number;
}

/** The middles of `n` equal parts. */
export const midpoints = (n: number): Look[] =>
  Array.from({ length: n }, (_, i) => ({ at: (i + 0.5) / n, weight: 1 / n }));

/** Gauss and Legendre's points, exact for polynomials of a degree below 2n: roots of P_n by Newton's method. */
export function gaussLegendre(n: number): Look[] {
  return Array.from({ length: n }, (_, i) => {
    let x = -Math.cos((Math.PI * (i + 0.75)) / (n + 0.5));
    let slope = 0;
    // From this start each root is exact to rounding within a few steps (Press et al., Numerical Recipes, §4.6).
    for (let step = 0; step < 10; step++) {
      const { value, derivative } = legendre(n, x);
      slope = derivative;
      x -= value / slope;
    }
    return { at: (x + 1) / 2, weight: 1 / ((1 - x * x) * slope * slope) };
  });
}

/** P_n and its derivative at x, by Bonnet's recursion. */
function legendre(n: number, x: number): { readonly value: number; readonly derivative: number } {
  let [before, value] = [1, x];
  for (let k = 2; k <= n; k++) [before, value] = [value, ((2 * k - 1) * x * value - (k - 1) * before) / k];
  return { value, derivative: (n * (x * value - before)) / (x * x - 1) };
}
