// Statistics of pictures that preferred images start from and follow, by name.
import type { RunOptions } from 'convscope';

type ImageStatistics = NonNullable<RunOptions['statistics']>[string];

/** All statistics that a recipe names, at whatever depth of its JSON. */
export function namedIn(recipe: unknown): readonly string[] {
  if (typeof recipe !== 'object' || recipe === null) return [];
  const names = Object.entries(recipe).flatMap(([field, value]) =>
    field === 'statistics' && typeof value === 'string' ? [value] : namedIn(value),
  );
  return [...new Set(names)];
}

const loaded = new Map<string, Promise<ImageStatistics>>();

/** The statistics that a run of a recipe needs, each fetched once. @throws Error with the server's answer */
export async function statisticsFor(recipe: unknown): Promise<Record<string, ImageStatistics>> {
  const entries = namedIn(recipe).map(async (name) => {
    const promise = loaded.get(name) ?? load(name);
    loaded.set(name, promise);
    return [name, await promise] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

// STUB
async function load(name: string): Promise<ImageStatistics> {
  const [H, half] = [64, 33];
  const magnitude = new Float32Array(3 * H * half);
  for (let i = 0; i < magnitude.length; i++) {
    const [y, x] = [Math.floor(i / half) % H, i % half];
    const f = Math.hypot(Math.min(y, H - y), x);
    magnitude[i] = 20 / Math.max(f, 0.7);
  }
  const n = 3 * 64;
  const factor = new Float32Array(n * 3);
  for (let i = 0; i < n; i++) {
    const [c, y, x] = [Math.floor(i / 64), Math.floor(i / 8) % 8, i % 8];
    factor[i * 3] = 0.08 * Math.cos(y / 2 + c);
    factor[i * 3 + 1] = 0.08 * Math.cos(x / 2 - c);
    factor[i * 3 + 2] = 0.1;
  }
  return {
    source: `stub of ${name}`,
    count: 1,
    size: [64, 64],
    mean: Float32Array.of(0.45, 0.47, 0.42),
    covariance: Float32Array.of(0.06, 0.05, 0.04, 0.05, 0.06, 0.05, 0.04, 0.05, 0.07),
    magnitude,
    coarse: { size: [8, 8], mean: new Float32Array(n).fill(0.45), factor },
  };
}
