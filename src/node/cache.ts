// Cached folders of unpacked files. Each is created once per machine and shared by all processes of one user.
import { randomBytes } from 'node:crypto';
import { lstat, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { OptionError } from '../core/errors.js';

/** Lists the files of a complete folder. A folder that lost a file, or was interrupted, is created again. */
const CONTENTS = 'contents.json';

/** Where cached files go: `$XDG_CACHE_HOME/convscope`, `~/.cache/convscope`, or a private folder under the temp folder. */
export async function cacheRoot(): Promise<string> {
  try {
    const preferred = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'convscope');
    await mkdir(preferred, { recursive: true });
    return preferred;
  } catch {
    // The home folder is read-only or missing, as in many containers.
    const user = process.getuid?.() ?? 0;
    const folder = join(tmpdir(), `convscope-${user}`);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    // Native code is loaded from here. A folder of this name that belongs to another user must not be trusted.
    if ((await lstat(folder)).uid !== user) {
      throw new OptionError(
        'XDG_CACHE_HOME',
        `must name a folder of your own, since ${folder} belongs to another user`,
      );
    }
    return folder;
  }
}

/**
 * The cached folder `name`, filled by `fill` if it is missing or damaged. It is filled under another name and then renamed, so
 * other processes see all of it or nothing. If two processes fill it at once, the first one wins.
 */
export async function cachedFolder(name: string, fill: (folder: string) => Promise<void>): Promise<string> {
  const folder = join(await cacheRoot(), name);
  if (await isWhole(folder)) return folder;
  const unique = `${folder}.${process.pid}-${randomBytes(4).toString('hex')}`;
  try {
    await mkdir(unique);
    await fill(unique);
    await writeFile(join(unique, CONTENTS), JSON.stringify(await sizes(unique)));
    try {
      await rename(unique, folder);
    } catch {
      // The folder exists: another process was faster, or it is the damaged one and must be replaced.
      if (!(await isWhole(folder))) {
        await rename(folder, `${unique}-old`);
        await rename(unique, folder);
      }
    }
    return folder;
  } finally {
    await rm(unique, { recursive: true, force: true });
    await rm(`${unique}-old`, { recursive: true, force: true });
  }
}

async function isWhole(folder: string): Promise<boolean> {
  try {
    const contents: Record<string, number> = JSON.parse(await readFile(join(folder, CONTENTS), 'utf8'));
    for (const [file, size] of Object.entries(contents)) {
      if ((await stat(join(folder, file))).size !== size) return false;
    }
    return true;
  } catch {
    return false;
  }
}

async function sizes(folder: string): Promise<Record<string, number>> {
  const contents: Record<string, number> = {};
  for (const file of await readdir(folder, { recursive: true })) {
    const info = await stat(join(folder, file));
    if (info.isFile()) contents[file] = info.size;
  }
  return contents;
}
