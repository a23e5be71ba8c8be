// Makes docs/ppgn.md: what samplers of codes draw, as nets see it that no sampler saw.
// `npm run docs:ppgn [-- chains of each class] [sections]`: with sections, only these are made anew.
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { openNodeContext } from '../src/node/context.js';
import * as authors from './ppgn/authors.js';
import * as captions from './ppgn/captions.js';
import * as cost from './ppgn/cost.js';
import * as inpainting from './ppgn/inpainting.js';
import * as samples from './ppgn/samples.js';
import { openSetting, type Setting } from './ppgn/setting.js';
import * as strips from './ppgn/strips.js';
import * as units from './ppgn/units.js';

/** A part of the page: its heading, and what makes it. */
interface Section {
  readonly title: string;
  readonly make: (setting: Setting) => Promise<string>;
}

const section = <T>(
  title: string,
  own: { measure(setting: Setting): Promise<T>; page(found: T): string },
): Section => ({
  title,
  make: async (setting) => own.page(await own.measure(setting)),
});

const SECTIONS: Readonly<Record<string, Section>> = {
  samples: section('Samples of classes', samples),
  strips: section('Chains', strips),
  captions: section('Captions', captions),
  inpainting: section('Holes in pictures', inpainting),
  units: section('Facets of hidden units', units),
  cost: section('What a step costs', cost),
  authors: section('The authors’ nets', authors),
};

const PAGE = 'docs/ppgn.md';

export async function main([count = '4', ...only]: string[]): Promise<void> {
  const chains = Number(count);
  if (!Number.isInteger(chains) || chains < 2)
    throw new Error(`chains of each class: a whole number from 2, got '${count}'`);
  const unknown = only.filter((name) => !(name in SECTIONS));
  if (unknown.length > 0)
    throw new Error(`there is no section ${unknown.join(', ')}; there are ${Object.keys(SECTIONS).join(', ')}`);
  using ctx = await openNodeContext({ adapter: 'auto' });
  const setting = await openSetting(ctx, chains);
  await mkdir('docs/images/ppgn', { recursive: true });
  const before = existsSync(PAGE) ? partsOf(await readFile(PAGE, 'utf8')) : new Map<string, string>();
  for (const [name, { title, make }] of Object.entries(SECTIONS)) {
    if (only.length > 0 && !only.includes(name)) continue;
    const made = await make(setting);
    before.set(title, `${made}\n\n\`npm run docs:ppgn -- ${chains} ${name}\`, on ${ctx.adapterName}.`);
    // What is done is kept, if a later one fails.
    await writeFile(PAGE, page(before));
  }
}

/** The sections of a page by their headings. */
function partsOf(text: string): Map<string, string> {
  const [, ...parts] = text.split(/^## /m);
  return new Map(
    parts.map((part) => {
      const end = part.indexOf('\n');
      return [part.slice(0, end), part.slice(end).trim()];
    }),
  );
}

function page(parts: ReadonlyMap<string, string>): string {
  const made = Object.values(SECTIONS).flatMap(({ title }) => {
    const part = parts.get(title);
    return part === undefined ? [] : [`## ${title}\n\n${part}`];
  });
  return `# Samples of a generator, measured

Made by \`npm run docs:ppgn\`; the command under each section makes it alone. How the samplers work, and what these numbers say: [PPGN](methods/ppgn.md).

${made.join('\n\n')}
`;
}
