// Seeded random numbers: the Mersenne Twister with NumPy's legacy Gaussian. So a start image with seed 0 is exactly the one
// that np.random.seed(0) gave the Deep Visualization Toolbox.

/** A separate seed for a named purpose, independent of other random numbers: FNV-1a over the seed and the name. */
export function seedFor(seed: number, name: string): number {
  let hash = 0x811c9dc5;
  for (const c of `${seed} ${name}`) hash = Math.imul(hash ^ (c.codePointAt(0) ?? 0), 0x01000193);
  return hash >>> 0;
}

/** A stream of random numbers, fully determined by its seed. */
export interface Rng {
  /** Uniform in [0, 1), 53 bits: `np.random.random_sample`. */
  uniform(): number;
  /** Standard normal: `np.random.standard_normal` of NumPy's RandomState. */
  normal(): number;
}

const N = 624;
const M = 397;

/** MT19937 (Matsumoto & Nishimura 1998), seeded as `np.random.RandomState(seed)` for 0 ≤ seed < 2³². */
export function createRng(seed: number): Rng {
  const mt = new Uint32Array(N);
  mt[0] = seed >>> 0;
  for (let i = 1; i < N; i++) {
    mt[i] = Math.imul(1812433253, mt[i - 1] ^ (mt[i - 1] >>> 30)) + i;
  }
  let index = N;

  const next = (): number => {
    if (index === N) {
      for (let k = 0; k < N; k++) {
        const y = (mt[k] & 0x80000000) | (mt[(k + 1) % N] & 0x7fffffff);
        mt[k] = mt[(k + M) % N] ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
      }
      index = 0;
    }
    let y = mt[index++];
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  };

  const uniform = (): number => ((next() >>> 5) * 67108864 + (next() >>> 6)) / 9007199254740992;

  // Marsaglia's polar method. RandomState returns the second number of each pair first.
  let spare: number | undefined;
  const normal = (): number => {
    if (spare !== undefined) {
      const value = spare;
      spare = undefined;
      return value;
    }
    for (;;) {
      const a = 2 * uniform() - 1;
      const b = 2 * uniform() - 1;
      const r2 = a * a + b * b;
      if (r2 < 1 && r2 !== 0) {
        const f = Math.sqrt((-2 * Math.log(r2)) / r2);
        spare = f * a;
        return f * b;
      }
    }
  };

  return { uniform, normal };
}
