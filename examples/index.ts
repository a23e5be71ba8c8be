// The list of examples: every folder here that has a meta.ts.
/// <reference types="vite/client" />
import type { ExampleMeta } from './shared/meta.js';

const metas = import.meta.glob<ExampleMeta>(['./*/meta.ts', '!./shared/*'], { eager: true, import: 'meta' });
const list = document.querySelector('#examples');

// The most popular examples come first.
const ordered = Object.entries(metas).sort(([, a], [, b]) => (a.place ?? 99) - (b.place ?? 99));
for (const [path, { title, idea, figure }] of ordered) {
  const link = document.createElement('a');
  link.href = path.replace('meta.ts', 'index.html');
  link.textContent = title;
  const term = document.createElement('dt');
  term.append(link);
  const description = document.createElement('dd');
  description.textContent = figure ? `${idea} After ${figure}.` : idea;
  list?.append(term, description);
}
