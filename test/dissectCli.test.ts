// Network dissection as the command makes it: report, shards, going on after a failure, and what it refuses.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { createRng } from '../src/core/rng.js';
import { importCaffe, writeSafetensors } from '../src/importers/index.js';
import { testAdapter } from './support/adapter.js';
import { commandFolder } from './support/command.js';
import { GREY, labelPng } from './support/labelPng.js';

const { at, convscope } = commandFolder();
const FILLER = 'weight_filler { type: "gaussian" std: 0.2 }';
const TINY = `name: "tiny" input: "data" input_dim: 1 input_dim: 3 input_dim: 10 input_dim: 14
  layer { name: "conv" type: "Convolution" bottom: "data" top: "conv" convolution_param { num_output: 4 kernel_size: 3 ${FILLER} } }
  layer { name: "relu" type: "ReLU" bottom: "conv" top: "conv" }
  layer { name: "in/2" type: "Convolution" bottom: "conv" top: "in/2" convolution_param { num_output: 3 kernel_size: 3 stride: 2 ${FILLER} } }
  layer { name: "fc" type: "InnerProduct" bottom: "in/2" top: "fc" inner_product_param { num_output: 2 ${FILLER} } }`;
const PICTURES = 7;

beforeAll(async () => {
  const { seeded: _, ...tiny } = importCaffe(TINY, undefined, { seededWeights: 0 });
  const preprocessing = {
    ...tiny.preprocessing,
    order: 'rgb',
    mean: [120, 110, 100],
    scale: 0.02,
    stated: true,
  } as const;
  writeFileSync(at('tiny.safetensors'), writeSafetensors({ ...tiny, preprocessing }));
  for (const folder of ['set/images', 'set/labels']) mkdirSync(at(folder), { recursive: true });
  writeFileSync(at('set/classes.json'), JSON.stringify(['void', 'bright, <left>', { name: 'dot', category: 'part' }]));
  const rng = createRng(1);
  for (let i = 0; i < PICTURES; i++) {
    // Two shapes; the left half is bright.
    const [width, height] = i % 2 === 0 ? [28, 20] : [30, 25];
    const data = Buffer.from(
      Array.from({ length: width * height * 3 }, (_, k) => {
        const level = Math.floor(k / 3) % width < width / 2 ? 200 : 60;
        return Math.max(0, Math.min(255, level + 30 * rng.normal()));
      }),
    );
    await sharp(data, { raw: { width, height, channels: 3 } })
      .png()
      .toFile(at(`set/images/${i}.png`));
    const labels = labelPng({ type: GREY }, width, height, (y, x) => ((x * y) % 11 === 5 ? 2 : x < width / 2 ? 1 : 0));
    writeFileSync(at(`set/labels/${i}.png`), labels);
  }
}, 60_000);

const dissect = (...args: string[]) =>
  convscope(
    ...['dissect', 'tiny.safetensors', '--adapter', testAdapter(), '--json', '--concepts', 'set'],
    ...['--quantile', '0.05', '--k', '3', '--batch', '2', ...args],
  );
const textOf = (file: string) => readFileSync(at(file), 'utf8');

describe('convscope dissect', () => {
  test('writes a table for each layer, all numbers, and a page with pictures', async () => {
    const { code, stdout, stderr } = await dissect('--out', 'whole');
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      model: 'tiny',
      images: PICTURES,
      skipped: [],
      thresholds: { exact: true, bound: 0 },
      layers: [
        { layer: 'conv', units: 4, dead: 0, constant: 0 },
        { layer: 'in/2', units: 3 },
      ],
      index: 'whole/index.html',
    });
    const file = JSON.parse(textOf('whole/dissection.json'));
    expect(file).toMatchObject({ model: 'tiny', source: 'set', images: PICTURES, quantile: 0.05, iou: 0.04 });
    const [head, ...rows] = textOf('whole/conv-result.csv').trimEnd().split('\n');
    expect(head).toBe(
      'unit,category,label,score,object-label,object-truth,object-activation,object-intersect,object-iou,part-label,part-truth,part-activation,part-intersect,part-iou',
    );
    expect(rows).toHaveLength(4);
    for (const [unit, row] of rows.entries()) {
      const { best, categories } = file.layers[0].units[unit];
      const [{ label, truth, activation, intersect, iou }] = categories;
      expect(['', 'bright, <left>']).toContain(label);
      expect(row).toContain(`${label === '' ? '' : `"${label}"`},${truth},${activation},${intersect},${iou}`);
      expect(row.startsWith(`${unit},${best.category},`)).toBe(true);
      expect(iou).toBe(intersect / Math.max(1, truth + activation - intersect));
    }
    const html = textOf('whole/index.html');
    const { units, detectors, covered } = file.layers[0];
    expect(detectors).toBeGreaterThan(0);
    expect(html).toContain(`${detectors}/${units.length} units covering ${covered.length} concepts with IoU &gt; 0.04`);
    expect(html).toContain('bright, &lt;left&gt;');
    expect(html).not.toContain('NaN');
    for (const [layer, name] of ['conv', 'in_2'].entries()) {
      for (const { unit } of file.layers[layer].units) {
        const strip = await sharp(at(`whole/units/${name}-000${unit}.jpg`)).metadata();
        // Three tiles of 10x14, enlarged nine times, with gaps between.
        expect([strip.width, strip.height]).toEqual([3 * 126 + 2 * 3, 90]);
      }
    }
  }, 60_000);

  test('in parts that are merged, twice, gives the same bytes', async () => {
    const parts = async (name: string) => {
      for (const part of [3, 1, 2]) {
        const { code, stdout, stderr } = await dissect('--shard', `${part}/3`, '--out', 'parts');
        expect(code, stderr).toBe(0);
        expect(JSON.parse(stdout)).toMatchObject({ state: `parts/${name}-${part}-of-3.json`, complete: true });
      }
      const files = [2, 3, 1].map((part) => `parts/${name}-${part}-of-3.json`);
      const missing = await convscope('merge', '--json', ...files.slice(1), '--out', 'parts');
      expect(missing.code).toBe(2);
      expect(missing.stdout).toMatch(/pictures \d to \d of 7 are in none of the parts/);
      const { code, stdout, stderr } = await convscope('merge', '--json', ...files, '--out', 'parts');
      expect(code, stderr).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ state: `parts/${name}.json`, scanned: PICTURES });
      expect(textOf(`parts/${name}.json`)).toBe(textOf(`whole/${name}.json`));
    };
    await parts('thresholds');
    // The same line again goes on with what follows.
    await parts('overlaps');
    const { code, stderr } = await dissect('--resume', '--out', 'parts');
    expect(code, stderr).toBe(0);
    for (const file of ['dissection.json', 'conv-result.csv', 'in_2-result.csv', 'index.html', 'units/conv-0001.jpg']) {
      expect(readFileSync(at(`parts/${file}`)).equals(readFileSync(at(`whole/${file}`))), file).toBe(true);
    }
  }, 120_000);

  test('that failed in the middle of either scan goes on, and gives the same bytes', async () => {
    const good = readFileSync(at('set/labels/4.png'));
    const bad = Buffer.from(good);
    bad.fill(0, 45);
    writeFileSync(at('set/labels/4.png'), bad);
    const first = await dissect('--strict', '--out', 'again');
    expect(first.code).toBe(1);
    expect(first.stdout).toContain('4.png');
    expect(JSON.parse(textOf('again/thresholds.json')).ranges).toMatchObject([{ from: 0, to: 4 }]);
    writeFileSync(at('set/labels/4.png'), good);
    const whole = await dissect('--resume', '--out', 'again');
    expect(whole.code, whole.stderr).toBe(0);
    for (const file of ['thresholds.json', 'overlaps.json', 'dissection.json', 'conv-result.csv']) {
      expect(textOf(`again/${file}`), file).toBe(textOf(`whole/${file}`));
    }
    // The state of the second scan where it was stopped after a third of the set is that of the first part.
    const part = await dissect('--shard', '1/3', '--out', 'again');
    expect(part.code, part.stderr).toBe(0);
    writeFileSync(at('again/overlaps.json'), textOf('again/overlaps-1-of-3.json'));
    const rest = await dissect('--resume', '--out', 'again');
    expect(rest.code, rest.stderr).toBe(0);
    expect(textOf('again/overlaps.json')).toBe(textOf('whole/overlaps.json'));
  }, 120_000);

  test('leaves out what cannot be read, in both scans, and says so', async () => {
    const good = readFileSync(at('set/labels/2.png'));
    writeFileSync(at('set/labels/2.png'), 'no picture');
    const { code, stdout, stderr } = await dissect('--out', 'skipped');
    writeFileSync(at('set/labels/2.png'), good);
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ images: PICTURES - 1, skipped: ['set/images/2.png'] });
    expect(stderr).toContain('labels must be PNG');
    expect(textOf('skipped/conv-result.csv')).not.toBe(textOf('whole/conv-result.csv'));
  }, 60_000);

  test('refuses before anything is computed', async () => {
    const refused = async (...args: string[]) => {
      const { code, stdout } = await dissect('--out', 'refused', ...args);
      expect(code).toBe(2);
      return JSON.parse(stdout).error.message as string;
    };
    expect(await refused('--concepts', 'nowhere')).toContain("'nowhere' is none; a folder has images/NAME.jpg");
    expect(await refused('--labels', 'set')).toContain('for labelled pictures write --concepts set');
    expect(await refused('--layers', 'fc')).toContain("the units of 'fc' have no map");
    expect(await refused('--quantile', '2')).toContain('must be a share between 0 and 1');
    expect(await refused('--label-size', '5')).toContain('must be rows x columns');
    expect(await refused('--shard', '4/3')).toContain('--shard');
    const other = await convscope('merge', '--json', 'whole/dissection.json', '--out', 'x');
    expect(JSON.parse(other.stdout).error.message).toContain('no part of a search');
    const mixed = await convscope('merge', '--json', 'parts/thresholds-1-of-3.json', 'parts/overlaps-2-of-3.json');
    expect(mixed.code).toBe(2);
    expect(JSON.parse(mixed.stdout).error.message).toContain('the collectors must be the same');
  }, 120_000);
});
