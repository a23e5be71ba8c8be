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
/** This seed is used nowhere else: no net was trained on these pictures. */
const SEED = 5;
/** Pictures per facet in facets.png. */
const EACH = 6;
/** Pictures in masks.png. */
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

\`train/world\` draws small photographs of a toy world. A seed and an index give the same picture everywhere. Each picture comes with
the full truth about it: its class, its facet, a sentence that describes it, and the object, part, colour and texture at every pixel.
So if a network learns a feature of this world, its cause is known. Photographs of the real world cannot offer that.

\`\`\`ts
import { worldImage } from 'convscope/world';

const { data, width, height, class: truth, facet, caption, masks } = worldImage(1, 42);
\`\`\`

\`npm run docs:world\` makes this page and its pictures. JavaScript engines may differ in the last bit of a sine or cosine, so here and
there a byte of a picture may differ by one. Everything else is exact.

## Classes and facets

${CLASSES.length} classes. Some have several facets: kinds of pictures that look very different from each other. For a method that finds facets,
the right answer is known.

![${EACH} pictures of every facet of every class, three facets in a row](world/facets.png)

| class | facets | parts |
| ----- | ------ | ----- |
${classes.join('\n')}

The scene is the same at any size from 32 to 256 pixels. Networks are trained at 64.

![six pictures at 192 pixels](world/large.png)

## Ground truth

Each picture, followed by its objects, parts, colours and textures. Black means none.

![pictures and their masks](world/masks.png)

${captions.join('\n')}

- ${COLOURS.length} colours: ${COLOURS.join(', ')}. A pixel's colour is the colour of the material, without the effect of light.
- ${TEXTURES.length} textures: ${TEXTURES.join(', ')}.
- ${PARTS.length} parts: ${PARTS.join(', ')}.
- ${VOCABULARY.length} words.

## Networks trained on it

The model cards say how each network was trained and how well it does on 2,000 held-out images:

${nets.map(({ name, about }) => `- [${name}](../models/${name}.md): ${about}`).join('\n')}

${matrices.map((name) => `![confusion matrix of ${name}](../models/sheets/${name}-confusion.png)`).join('\n\n')}
`,
  );
}
