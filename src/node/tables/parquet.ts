// A table as a Parquet file. The order of rows and the size of row groups are fixed, so that equal tables are equal files.
import { VERSION } from '../../core/version.js';
import { importPackage } from '../packages.js';
import type { Column } from './table.js';

/** Rows of a row group. */
const GROUP = 100_000;

export async function parquetBytes(columns: readonly Column[]): Promise<Uint8Array> {
  const { parquetWriteBuffer } = await importPackage('hyparquet-writer', () => import('hyparquet-writer'));
  const columnData = columns.map(({ name, type, data }) => ({ name, type, data: [...data] }));
  return new Uint8Array(parquetWriteBuffer({ columnData, rowGroupSize: GROUP, createdBy: `convscope ${VERSION}` }));
}
