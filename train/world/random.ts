// Counter-based random numbers: number n of a stream is a hash of (key, n). So a stream needs no set-up, and any picture or
// part of one can be drawn without those before it. It uses only 32-bit integer arithmetic, which is the same everywhere.

/** A stream of random numbers, fully determined by its key. */
export interface Random {
  /** Uniform in [0, 1), 32 bits. */
  uniform(): number;
  /** Uniform in [low, high). */
  between(low: number, high: number): number;
  /** One of 0 … n − 1. */
  integer(n: number): number;
  /** True with probability `p`. */
  chance(p: number): boolean;
  /** -1 or 1. */
  sign(): number;
  /** One of a list that is not empty. */
  pick<T>(list: readonly T[]): T;
  /** An independent stream, so that random choices for one part of a scene do not affect the others. */
  fork(label: number): Random;
}

/** The finalizer of MurmurHash3: every input bit reaches every output bit. */
function mix(x: number): number {
  let h = x | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** 2³² divided by the golden ratio, the step of splitmix. */
const STEP = 0x9e3779b9;

/** The stream of (seed, index), both 32-bit. */
export const streamOf = (seed: number, index: number): Random => stream(mix(mix(seed ^ STEP) + Math.imul(index, STEP)));

function stream(key: number): Random {
  let counter = 0;
  const uniform = (): number => mix(key + Math.imul(++counter, STEP)) / 4294967296;
  return {
    uniform,
    between: (low, high) => low + (high - low) * uniform(),
    integer: (n) => Math.floor(uniform() * n),
    chance: (p) => uniform() < p,
    sign: () => (uniform() < 0.5 ? -1 : 1),
    pick: (list) => list[Math.floor(uniform() * list.length)],
    fork: (label) => stream(mix(key ^ mix(label + STEP))),
  };
}

/** A fixed random number in [0, 1) of a lattice point: what noise and irregular textures are made of. */
export const lattice = (x: number, y: number): number =>
  mix(Math.imul(x, 0x27d4eb2d) + Math.imul(y, 0x165667b1)) / 4294967296;
