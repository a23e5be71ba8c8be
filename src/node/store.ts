// Stores texts in the cache folder, one file each.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TextStore } from '../tuning/keptChoices.js';
import { cacheRoot } from './cache.js';
import { writeWhole } from './outputs.js';

/** Files in `$XDG_CACHE_HOME/convscope` or `~/.cache/convscope`. */
export function fileStore(): TextStore {
  return {
    async get(name) {
      try {
        return await readFile(join(await cacheRoot(), name), 'utf8');
      } catch {
        return undefined;
      }
    },
    async set(name, text) {
      await writeWhole(join(await cacheRoot(), name), text);
    },
  };
}
