// convscope table: a result as a Parquet table.
import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { OptionError } from '../../core/errors.js';
import { checkWritable, writeWhole } from '../outputs.js';
import { requirePackages } from '../packages.js';
import { parquetBytes } from '../tables/parquet.js';
import { tableOf } from '../tables/table.js';
import { EXIT_CODES, printJson } from './shared.js';

interface Options {
  readonly out?: string;
  readonly json?: boolean;
}

export function addTable(program: Command): void {
  program
    .command('table')
    .description('write a result as a Parquet table, which DuckDB, pandas and others read')
    .argument('<result>', 'top.json, dissection.json or scores.json')
    .option('--out <file>', 'default: the result’s name with the ending .parquet')
    .option('--json', 'print the result as JSON')
    .addHelpText('after', EXIT_CODES)
    .action(async (path: string, { out = parquetName(path), json }: Options) => {
      await checkWritable('--out', out);
      await requirePackages(['hyparquet-writer']);
      const { rows, columns } = await writeTable(path, out);
      if (json) printJson({ out, rows, columns });
      else console.log(`${rows} rows of ${columns.join(', ')}: ${out}`);
    });
}

/** `top.json` is `top.parquet`. */
export const parquetName = (path: string): string => path.replace(/(\.json)?$/, '.parquet');

/** Writes a result file as a table. @throws OptionError */
export async function writeTable(
  path: string,
  out: string,
): Promise<{ readonly rows: number; readonly columns: readonly string[] }> {
  const json = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new OptionError('table', `cannot read ${path}: ${error instanceof Error ? error.message : String(error)}`);
  });
  const columns = tableOf(json, path);
  await writeWhole(out, await parquetBytes(columns));
  return { rows: columns[0].data.length, columns: columns.map(({ name }) => name) };
}
