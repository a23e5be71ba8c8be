// Writes docs/world.md and its pictures: `npm run docs:world`.
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { writePicture } from '../src/node/images.js';
import { writeWhole } from '../src/node/outputs.js';
import { storedModels } from './store.js';
import { CLASSES, COLOURS, PARTS, TEXTURES, VOCABULARY, worldImage } from './world/index.js';
import { contactSheet } from './world/sheet.js';

const DOCS = resolve(import.meta.dirname, '../docs');
const MODELS = resolve(import.meta.dirname, '../models');
/** A seed of its own: pictures that no net has seen. */
const SEED = 5;
/** Pictures of each facet in the large sheet. */
const EACH = 6;
/** Pictures with their masks. */
const MASKED = 10;

export async function main(): Promise<void> {
  const folder = join(DOCS, 'world');
  await mkdir(folder, { recursive: true });
  const facets = CLASSES.flatMap(({ facets: own }, c) => own.map((_, facet) => ({ class: c, facet })));
  const all = facets.flatMap((which, k) =>
    Array.from({ length: EACH }, (_, i) => worldImage(SEED, k * EACH + i, which)),
  );
  await writePicture(join(folder, 'facets.png'), contactSheet(all, { columns: 3 * EACH }));
  const masked = Array.from({ length: MASKED }, (_, i) => worldImage(SEED, i));
  await writePicture(join(folder, 'masks.png'), contactSheet(masked, { columns: 2, masks: true, zoom: 2 }));
  const large = Array.from({ length: 6 }, (_, i) => worldImage(SEED, i, { size: 192 }));
  await writePicture(join(folder, 'large.png'), contactSheet(large, { columns: 6 }));

  const nets = await storedModels(MODELS);
  const matrices = nets
    .map((n) => n.name)
    .filter((name) => existsSync(join(MODELS, 'sheets', `${name}-confusion.png`)));
  const classes = CLASSES.map(
    ({ name, facets: own, parts }) => `| ${name} | ${own.length > 1 ? own.join(', ') : ''} | ${parts.join(', ')} |`,
  );
  const captions = masked.map(({ caption }, i) => `${i + 1}. ${caption}`);
  await writeWhole(
    join(DOCS, 'world.md'),
    `# The world

\`train/world\` draws small photographs of a toy world. Two numbers, a seed and an index, give the same picture everywhere, and
with it all that is true of it: its class, its facet, a sentence, and for every pixel which object, part, colour and texture it
shows. Nets trained on it have features whose causes are known, which no photograph of the real world can offer.

\`\`\`ts
import { worldImage } from 'convscope/world';

const { data, width, height, class: truth, facet, caption, masks } = worldImage(1, 42);
\`\`\`

This page and its pictures are made by \`npm run docs:world\`. Arithmetic is exact everywhere; sines and cosines may differ between
JavaScript engines in their last bit, which here and there moves a byte by one.

## Classes and facets

${CLASSES.length} classes. Of those with several facets, pictures of one facet look little like those of another: what a method
that finds facets should find is known.

![${EACH} pictures of every facet of every class, three facets in a row](world/facets.png)

| class | facets | parts |
| ----- | ------ | ----- |
${classes.join('\n')}

The scene is the same at any size from 32 to 256 pixels; nets are trained at 64.

![six pictures at 192 pixels](world/large.png)

## Truth

Each picture, then its objects, parts, colours and textures. Black is none.

![pictures and their masks](world/masks.png)

${captions.join('\n')}

- ${COLOURS.length} colours: ${COLOURS.join(', ')}. A pixel has the colour of the material, whatever the light makes of it.
- ${TEXTURES.length} textures: ${TEXTURES.join(', ')}.
- ${PARTS.length} parts: ${PARTS.join(', ')}.
- ${VOCABULARY.length} words.

## What the embedded nets make of it

The nets' cards say how they were trained and how well they do on 2,000 images that they have not seen:

${nets.map(({ name, about }) => `- [${name}](../models/${name}.md): ${about}`).join('\n')}

${matrices.map((name) => `![confusion matrix of ${name}](../models/sheets/${name}-confusion.png)`).join('\n\n')}
`,
  );
}
