// A store in a folder, which may be a network disk.
import { randomBytes } from 'node:crypto';
import { link, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { ConvscopeError } from '../../core/errors.js';
import { checkWritable, makeFolder } from '../outputs.js';
import { checkedKey, type Store } from './store.js';

export async function folderStore(folder: string): Promise<Store> {
  const root = resolve(folder);
  await makeFolder('--store', root);
  await checkWritable('--store', join(root, 'probe'));
  const pathOf = (key: string) => join(root, checkedKey(key));
  return {
    label: folder,
    async get(key) {
      try {
        return await readFile(pathOf(key));
      } catch (error) {
        if (codeOf(error) === 'ENOENT') return undefined;
        throw failed('read', key, error);
      }
    },
    async has(key) {
      return (await stat(pathOf(key)).catch(() => undefined)) !== undefined;
    },
    async putOnce(key, bytes) {
      const path = pathOf(key);
      // The same folder, so that the link is made on one disk; a name that no other writer has, on whatever machine.
      const temporary = `${path}.${randomBytes(8).toString('hex')}.part`;
      try {
        await mkdir(dirname(path), { recursive: true });
        await writeFile(temporary, bytes, { flush: true });
        // Unlike a rename, a link never replaces what is there.
        await link(temporary, path);
        return true;
      } catch (error) {
        if (codeOf(error) === 'EEXIST') return false;
        throw failed('write', key, error);
      } finally {
        await rm(temporary, { force: true });
      }
    },
    async replace(key, bytes) {
      const path = pathOf(key);
      const temporary = `${path}.${randomBytes(8).toString('hex')}.part`;
      try {
        await writeFile(temporary, bytes, { flush: true });
        await rename(temporary, path);
      } catch (error) {
        throw failed('write', key, error);
      } finally {
        await rm(temporary, { force: true });
      }
    },
    async list(prefix) {
      const [name, start = ''] = prefix.split('/');
      const names = await readdir(join(root, name)).catch((error: unknown) => {
        if (codeOf(error) === 'ENOENT') return [];
        throw failed('list', prefix, error);
      });
      // What a killed writer left begun is no object.
      const keys = names.filter((file) => file.startsWith(start) && !file.endsWith('.part')).sort();
      const found = await Promise.all(
        keys.map(async (file) => {
          const key = `${name}/${file}`;
          const { size, mtimeMs } = await stat(join(root, key));
          return { key, bytes: size, written: mtimeMs };
        }),
      );
      return found;
    },
  };
}

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined);

const failed = (what: string, key: string, error: unknown): ConvscopeError =>
  new ConvscopeError(
    'option',
    `the store cannot ${what} ${key}: ${error instanceof Error ? error.message : String(error)}`,
    {
      cause: error,
    },
  );
