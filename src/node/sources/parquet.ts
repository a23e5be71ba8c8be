// Pictures in Parquet files as Hugging Face's datasets writes them: a column of bytes, or of bytes with a path. Row groups are read
// as they are needed.
import type { AsyncBuffer, FileMetaData, SchemaTree } from 'hyparquet';
import { ImageError, OptionError } from '../../core/errors.js';
import { importPackage } from '../packages.js';
import { reasonOf } from './reason.js';

/** The column's name where several hold bytes. */
const USUAL = 'image';
/** The least to remember when pictures are read in order: the group in use and the next one. */
const REMEMBERED = 2;
/** Larger row groups are refused: all of a group is in memory. */
const MOST_BYTES = 2 ** 30;

interface Column {
  readonly name: string;
  /** The bytes are a field beside the path. */
  readonly nested: boolean;
}

interface RowGroup {
  readonly from: number;
  readonly to: number;
  /** Uncompressed bytes of the column. */
  readonly bytes: number;
}

interface Table {
  readonly file: AsyncBuffer;
  readonly metadata: FileMetaData;
  readonly column: Column;
  readonly groups: readonly RowGroup[];
}

/** A picture as a row has it. */
interface Cell {
  readonly bytes?: Uint8Array | null;
  readonly path?: string | null;
}

const opened = new Map<string, Promise<Table>>();
/** The row groups that were read last. */
let remembered: readonly { readonly group: RowGroup; readonly cells: Promise<readonly Cell[]> }[] = [];

/** Number of rows. @throws ImageError; OptionError where it is not clear which column has the pictures */
export async function rowsInParquet(path: string): Promise<number> {
  return (await openTable(path)).groups.at(-1)?.to ?? 0;
}

/** The bytes of the picture in a row. @throws ImageError, OptionError */
export async function bytesInParquet(path: string, row: number): Promise<Uint8Array> {
  const table = await openTable(path);
  const group = table.groups.find(({ from, to }) => row >= from && row < to);
  if (!group) throw new ImageError(`${path} has no row ${row}`);
  const { bytes, path: elsewhere } = (await cellsOf(path, table, group))[row - group.from];
  if (bytes) return bytes;
  const where = elsewhere ? `, only the path ${elsewhere}` : '';
  throw new ImageError(`${path}#${row}: the row has no bytes of a picture${where}`);
}

function openTable(path: string): Promise<Table> {
  const found = opened.get(path) ?? readTable(path);
  opened.set(path, found);
  return found;
}

async function readTable(path: string): Promise<Table> {
  const { asyncBufferFromFile, parquetMetadataAsync, parquetSchema } = await parquet();
  try {
    const file = await asyncBufferFromFile(path);
    const metadata = await parquetMetadataAsync(file);
    const column = imageColumn(path, parquetSchema(metadata));
    let from = 0;
    const groups = metadata.row_groups.map(({ num_rows, columns }): RowGroup => {
      const ours = columns.flatMap(({ meta_data }) => (meta_data?.path_in_schema[0] === column.name ? meta_data : []));
      const bytes = ours.reduce((sum, { total_uncompressed_size: size }) => sum + Number(size), 0);
      const group = { from, to: from + Number(num_rows), bytes };
      from = group.to;
      return group;
    });
    return { file, metadata, column, groups };
  } catch (error) {
    if (error instanceof OptionError) throw error;
    throw new ImageError(`${path}: ${reasonOf(error)}`, { cause: error });
  }
}

const parquet = () => importPackage('hyparquet', () => import('hyparquet'));

/** @throws OptionError with all columns */
function imageColumn(path: string, { children }: SchemaTree): Column {
  const holding = children.flatMap((node): Column[] => {
    const { name } = node.element;
    if (holdsBytes(node)) return [{ name, nested: false }];
    return node.children.some((field) => field.element.name === 'bytes' && holdsBytes(field))
      ? [{ name, nested: true }]
      : [];
  });
  const found = holding.length === 1 ? holding[0] : holding.find(({ name }) => name === USUAL);
  if (found) return found;
  const columns = children.map(({ element: { name, type } }) => `${name} (${type ?? 'fields'})`).join(', ');
  throw new OptionError(
    'images',
    `${path}: it is not clear which column has the pictures. One must hold bytes, or the one that does be called '${USUAL}'; ` +
      `the columns are ${columns}`,
  );
}

/** True for a column of bytes that are not said to be text or anything else. */
const holdsBytes = ({ element, children }: SchemaTree): boolean =>
  children.length === 0 &&
  element.type === 'BYTE_ARRAY' &&
  element.repetition_type !== 'REPEATED' &&
  element.converted_type === undefined &&
  element.logical_type === undefined;

/** The pictures of a row group. Those of the last few groups are remembered. */
function cellsOf(path: string, table: Table, group: RowGroup): Promise<readonly Cell[]> {
  const found = remembered.find((one) => one.group === group);
  if (found) return found.cells;
  const cells = readCells(path, table, group);
  remembered = [{ group, cells }, ...remembered].slice(0, REMEMBERED);
  return cells;
}

async function readCells(path: string, table: Table, { from, to, bytes }: RowGroup): Promise<readonly Cell[]> {
  if (bytes > MOST_BYTES) {
    throw new OptionError(
      'images',
      `${path}: rows ${from} to ${to - 1} are one row group of ${(bytes / 2 ** 30).toFixed(1)} GiB, the most is ` +
        `${MOST_BYTES / 2 ** 30} GiB; write the file again with smaller row groups, such as 100 rows`,
    );
  }
  const { file, metadata, column } = table;
  const { parquetReadObjects } = await parquet();
  const { compressors } = await importPackage('hyparquet-compressors', () => import('hyparquet-compressors'));
  try {
    const rows = await parquetReadObjects({
      file,
      metadata,
      columns: [column.name],
      rowStart: from,
      rowEnd: to,
      compressors,
      utf8: false,
    });
    return rows.map(({ [column.name]: value }): Cell => (column.nested ? (value ?? {}) : { bytes: value }));
  } catch (error) {
    throw new ImageError(`${path}: rows ${from} to ${to - 1}: ${reasonOf(error)}`, { cause: error });
  }
}
