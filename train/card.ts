// The model card of a net: what it is, its training data and recipe, and its results.
import { join } from 'node:path';
import { writeWhole } from '../src/node/outputs.js';
import type { Result, Task } from './run.js';

export interface CardFacts {
  readonly name: string;
  readonly about: string;
  readonly task: Task;
  readonly result: Result;
  readonly adapter: string;
  /** The training data. */
  readonly data: string;
  /** Measured with the weights as stored, in half precision. */
  readonly figures: Readonly<Record<string, number>>;
  /** The same on the first held-out images alone, which tests measure again. */
  readonly first: Readonly<Record<string, number>>;
  /** More of them, which tests do not measure again. */
  readonly slowFigures?: Readonly<Record<string, number>>;
  /** Markdown that follows the tables. */
  readonly more?: string;
}

/** The text of a recipe's value; nested values become their parts. */
const textOf = (value: unknown): string =>
  value instanceof Object
    ? Object.entries(value)
        .map(([part, v]) => `${part} ${v}`)
        .join(', ')
    : String(value);

/** The card as Markdown. Its figures are repeated as lines of JSON, and tests compare the weights with them. */
function cardOf({
  name,
  about,
  task,
  result,
  adapter,
  data,
  figures,
  first,
  slowFigures,
  more = '',
}: CardFacts): string {
  const parameters = result.models[0].weights;
  let count = 0;
  for (const { data: numbers } of parameters.values()) count += numbers.length;
  const rows = Object.entries(task.recipe).map(([key, value]) => `| ${key} | ${textOf(value)} |`);
  const measured = Object.entries({ ...figures, ...slowFigures }).map(
    ([key, value]) => `| ${key} | ${value.toPrecision(4)} |`,
  );
  return `# ${name}

${about}. ${count.toLocaleString('en')} weights, stored in half precision. Trained by convscope itself:

\`\`\`
npm run train -- ${name}
\`\`\`

| result | |
| ------ | - |
${measured.join('\n')}

<!-- figures ${JSON.stringify(figures)} -->
<!-- first ${JSON.stringify(first)} -->

Data: ${data}. Adapter: ${adapter}; ${(result.seconds / 60).toFixed(0)} minutes for ${result.step} steps.

![training curves](curves/${name}.png)

| recipe | |
| ------ | - |
${rows.join('\n')}
${more}`;
}

/** Writes the card next to the weights. */
export async function writeCard(folder: string, facts: CardFacts): Promise<void> {
  await writeWhole(join(folder, `${facts.name}.md`), cardOf(facts));
}

/** The figures that a card states: of all held-out images, or of the first. */
export function figuresOf(card: string, of: 'figures' | 'first' = 'figures'): Readonly<Record<string, number>> {
  const [, json = '{}'] = new RegExp(`<!-- ${of} (.*) -->`).exec(card) ?? [];
  return JSON.parse(json);
}

/** Rows: the true class. Columns: the predictions that occur. */
export function confusionTable(labels: readonly string[], counts: readonly (readonly number[])[]): string {
  const rows = labels.map((label, i) => {
    const total = counts[i].reduce((a, b) => a + b, 0);
    const wrong = counts[i]
      .map((count, j) => ({ count, label: labels[j], j }))
      .filter(({ count, j }) => count > 0 && j !== i)
      .sort((a, b) => b.count - a.count)
      .slice(0, 4)
      .map((w) => `${w.label} ${w.count}`);
    return `| ${label} | ${((100 * counts[i][i]) / Math.max(1, total)).toFixed(1)} % of ${total} | ${wrong.join(', ') || '–'} |`;
  });
  return `
## What it takes for what

| class | right | taken for |
| ----- | ----- | --------- |
${rows.join('\n')}
`;
}
