// Times steps of several runs in turns: the speed of a machine changes within minutes, so only ratios of one round are compared.
import type { Run } from '../src/synthesize/run.js';

/** What one run costs beside the first. */
export interface Cost {
  /** Median milliseconds of a step. */
  readonly milliseconds: number;
  /** Median of the rounds' ratios to the first run, the least and the greatest. */
  readonly ratio: number;
  readonly least: number;
  readonly most: number;
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** Each run so many steps, one after the other, round after round. The first round compiles shaders and does not count. */
export async function inTurns(runs: readonly Run[], rounds: number, steps: number): Promise<Cost[]> {
  const time = async (run: Run): Promise<number> => {
    const from = performance.now();
    run.run(steps);
    await run.records();
    return (performance.now() - from) / steps;
  };
  const all: number[][] = [];
  for (let round = 0; round <= rounds; round++) {
    const own: number[] = [];
    for (const run of runs) own.push(await time(run));
    if (round > 0) all.push(own);
  }
  return runs.map((_, i) => {
    const ratios = all.map((own) => own[i] / own[0]);
    return {
      milliseconds: median(all.map((own) => own[i])),
      ratio: median(ratios),
      least: Math.min(...ratios),
      most: Math.max(...ratios),
    };
  });
}
