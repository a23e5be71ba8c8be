// Opens a store by its address.
import { OptionError } from '../../core/errors.js';
import { folderStore } from './folderStore.js';
import { objectStore } from './objectStore.js';
import type { Store } from './store.js';

/**
 * Opens `s3://bucket/prefix`, or else a folder, which is made.
 *
 * @throws OptionError, ConvscopeError where a package is missing
 */
export function openStore(address: string): Promise<Store> {
  if (address.startsWith('s3://')) return objectStore(address);
  if (/^\w[\w+.-]*:\/\//.test(address)) {
    throw new OptionError('--store', `must be a folder or s3://bucket/prefix, got '${address}'`);
  }
  return folderStore(address);
}
