// The lines of a document's code blocks that run the command, in their order.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../..');

/** Words of each `npx convscope …` line between two headings or marks of the document, without comments. */
export function docLines(document: string, from: string, to: string): readonly (readonly string[])[] {
  const text = readFileSync(resolve(ROOT, document), 'utf8');
  const [start, end] = [text.indexOf(from), text.indexOf(to)];
  if (start < 0 || end < start) throw new Error(`${document} has no '${from}' before '${to}'`);
  return text
    .slice(start, end)
    .split('\n')
    .filter((line) => line.startsWith('npx convscope '))
    .map((line) =>
      line
        .replace(/\s+#.*$/, '')
        .split(/\s+/)
        .slice(2),
    );
}
