// Installs tools that only a few tests need, from npm into the user's cache, once.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { cachedFolder } from '../../src/node/cache.js';

const FILES = ['package.json', 'package-lock.json'];
/** Milliseconds. Deno, the largest, is 50 MB to download. */
const TIME_LIMIT = 300_000;

/** A folder whose `node_modules` contains the tools, or the reason why there is none. */
export type Tools =
  | { readonly folder: string; readonly missing?: undefined }
  | { readonly folder?: undefined; readonly missing: string };

/** Installs what `test/<name>/package.json` lists, with its lock file. Reports a missing network. */
export async function installTools(name: 'consumer' | 'engines'): Promise<Tools> {
  const source = resolve(import.meta.dirname, '..', name);
  const hash = createHash('sha256');
  for (const file of FILES) hash.update(readFileSync(join(source, file)));
  try {
    const folder = await cachedFolder(`${name}-${hash.digest('hex').slice(0, 16)}`, async (target) => {
      for (const file of FILES) copyFileSync(join(source, file), join(target, file));
      const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', '--fetch-retries=1'];
      await promisify(execFile)('npm', ['ci', ...options], { cwd: target, timeout: TIME_LIMIT });
    });
    return { folder };
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error);
    const lines = said.split('\n').filter((text) => text.trim() !== '');
    // The npm line with the request and its result.
    const line = lines.find((text) => /request to|integrity|ENOSPC/.test(text)) ?? lines[0] ?? 'npm failed';
    return { missing: `the packages of test/${name}/package.json could not be installed: ${line}` };
  }
}
