// The bytes of one picture, wherever it is.
import { readFile, stat } from 'node:fs/promises';
import { ImageError } from '../../core/errors.js';
import { bytesAt } from './address.js';
import { ADDRESS, MEMBER, ROW } from './names.js';
import { bytesInParquet } from './parquet.js';
import { reasonOf } from './reason.js';
import { bytesInTar } from './tar.js';

/**
 * The bytes of a file, of `archive.tar/member.jpg`, of row 17 as `file.parquet#17`, or of what is at an address.
 *
 * @throws ImageError; OptionError for a Parquet file in which the pictures are not found
 */
export async function bytesOf(name: string): Promise<Uint8Array> {
  if (ADDRESS.test(name)) return bytesAt(name);
  const [, archive, member] = MEMBER.exec(name) ?? [];
  // A folder may be called like an archive.
  if (archive && member && (await stat(archive).catch(() => undefined))?.isFile()) return bytesInTar(archive, member);
  const [, table, row] = ROW.exec(name) ?? [];
  if (table && row) return bytesInParquet(table, Number(row));
  try {
    return await readFile(name);
  } catch (error) {
    throw new ImageError(`${name}: ${reasonOf(error)}`, { cause: error });
  }
}
