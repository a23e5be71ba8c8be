// Plots as PNG, by Observable Plot: training curves and confusion matrices.
import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { ImageError } from '../src/core/errors.js';
import { writeWhole } from '../src/node/outputs.js';
import type { Measured } from './checkpoint.js';

/** Writes `path.json` with all recorded values, and `path.png` with one panel for losses and one for accuracies. */
export async function writeCurves(path: string, title: string, history: readonly Measured[]): Promise<void> {
  await writeWhole(`${path}.json`, `${JSON.stringify({ title, history })}\n`);
  const points = history.flatMap(({ step, values }) =>
    Object.entries(values).map(([name, value]) => ({ step, name, value, isShare: name.includes('accuracy') })),
  );
  const panel = (own: typeof points, type: 'log' | 'linear', label: string): Plot.PlotOptions => ({
    width: 640,
    height: 300,
    marginLeft: 56,
    marginRight: 150,
    style: { fontFamily: 'sans-serif', fontSize: '12px' },
    x: { label: 'step', tickFormat: '~s' },
    y: { type, label, grid: true, tickFormat: '~g' },
    marks: [
      Plot.lineY(own, { x: 'step', y: 'value', stroke: 'name', strokeWidth: 1.5 }),
      Plot.text(
        own,
        Plot.selectLast({ x: 'step', y: 'value', z: 'name', text: 'name', fill: 'name', textAnchor: 'start', dx: 6 }),
      ),
    ],
  });
  const losses = points.filter((p) => !p.isShare && p.value > 0);
  const shares = points.filter((p) => p.isShare);
  const panels = [panel(losses, 'log', 'loss'), ...(shares.length > 0 ? [panel(shares, 'linear', 'accuracy')] : [])];
  await writeWhole(`${path}.png`, await pngOf(panels));
}

/** Writes a confusion matrix as PNG. Rows are true classes, columns are predictions. A cell shows its share of the row. */
export async function writeConfusion(
  path: string,
  labels: readonly string[],
  counts: readonly (readonly number[])[],
): Promise<void> {
  const cells = counts.flatMap((row, i) => {
    const total = row.reduce((a, b) => a + b, 0) || 1;
    return row.map((count, j) => ({ truth: labels[i], answer: labels[j], count, share: count / total }));
  });
  const plot: Plot.PlotOptions = {
    width: 720,
    height: 680,
    marginLeft: 80,
    marginTop: 80,
    style: { fontFamily: 'sans-serif', fontSize: '12px' },
    x: { label: 'answer', domain: labels, tickRotate: -60, axis: 'top' },
    y: { label: 'truth', domain: labels },
    color: { type: 'sqrt', scheme: 'blues', domain: [0, 1] },
    marks: [
      Plot.cell(cells, { x: 'answer', y: 'truth', fill: 'share', inset: 0.5 }),
      Plot.text(
        cells.filter((c) => c.count > 0),
        { x: 'answer', y: 'truth', text: 'count', fill: (c: { share: number }) => (c.share > 0.4 ? 'white' : 'black') },
      ),
    ],
  };
  await writeWhole(path, await pngOf([plot]));
}

/** Renders plots below each other, at twice their size in pixels. */
async function pngOf(plots: readonly Plot.PlotOptions[]): Promise<Uint8Array> {
  const sharp = await loadSharp();
  const layers: { input: Buffer; left: number; top: number }[] = [];
  let width = 0;
  let height = 0;
  for (const plot of plots) {
    const { data, info } = await sharp(Buffer.from(svgOf(plot)), { density: 144 })
      .png()
      .toBuffer({ resolveWithObject: true });
    layers.push({ input: data, left: 0, top: height });
    width = Math.max(width, info.width);
    height += info.height;
  }
  return sharp({ create: { width, height, channels: 3, background: 'white' } })
    .composite(layers)
    .png({ palette: true })
    .toBuffer();
}

function svgOf(options: Plot.PlotOptions): string {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const plot = Plot.plot({ ...options, document });
  plot.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  return plot.outerHTML;
}

async function loadSharp() {
  try {
    return (await import('sharp')).default;
  } catch (error) {
    throw new ImageError('Plots need the package sharp: npm install sharp', { cause: error });
  }
}
