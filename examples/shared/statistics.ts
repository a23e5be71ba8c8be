// Statistics of pictures that preferred images start from and follow, by name.
/// <reference types="vite/client" />
import { type ImageStatistics, statisticsIn } from 'convscope';
import { loadStatistics } from 'convscope/importers';

const loaded = new Map<string, Promise<ImageStatistics>>();

/** The statistics that a run of a recipe needs, each fetched once. @throws Error with the server's answer */
export async function statisticsFor(recipe: unknown): Promise<Record<string, ImageStatistics>> {
  const entries = statisticsIn(recipe).map(async (name) => {
    const promise = loaded.get(name) ?? load(name);
    loaded.set(name, promise);
    // The next run may find the server answering.
    promise.catch(() => loaded.delete(name));
    return [name, await promise] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

const ADDRESSES = import.meta.glob<string>('../../models/*.statistics.safetensors', {
  query: '?url',
  import: 'default',
  eager: true,
});

async function load(name: string): Promise<ImageStatistics> {
  const address = ADDRESSES[`../../models/${name}.statistics.safetensors`];
  if (address === undefined) throw new Error(`This page has no statistics of pictures called '${name}'.`);
  return loadStatistics(await fetch(address));
}
