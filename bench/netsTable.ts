// Makes docs/nets.md: networks in the forms that exporters write, compared with PyTorch.
// `python3 bench/nets/export.py` makes the files, and `npm run docs:nets` the table. `npm run docs:nets -- swin yolov5` tries only the
// networks with these words in their names, and writes nothing.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Context } from '../src/gpu/context.js';
import { openNodeContext } from '../src/node/context.js';
import { type Checked, checkNet, type NetFile } from './nets/check.js';

/** The limits that docs/nets.md states. It lists every network that exceeds them. */
const AIMS = { forward: 1e-5, gradient: 1e-4 };

export async function main(words: string[]): Promise<void> {
  const cache = process.env.CONVSCOPE_NETS ?? '.cache/nets';
  if (!existsSync(cache)) {
    console.log(`${cache} is absent: make it with \`python3 bench/nets/export.py\``);
    process.exitCode = 1;
    return;
  }
  using ctx = await openNodeContext({ adapter: process.env.CONVSCOPE_ADAPTER || 'auto' });
  const results: Checked[] = [];
  for (const folder of readdirSync(cache).sort()) {
    if (!existsSync(join(cache, folder, 'net.json'))) continue;
    const net: NetFile = JSON.parse(readFileSync(join(cache, folder, 'net.json'), 'utf8'));
    if (words.length > 0 && !words.some((w) => net.name.toLowerCase().includes(w.toLowerCase()))) continue;
    const result = await checkNet(ctx, join(cache, folder), net);
    results.push(result);
    console.log(`${folder}: ${cells(result).slice(3).join(' | ')} ${failuresOf(result).join('; ')}`);
  }
  if (words.length === 0) writeFileSync('docs/nets.md', page(ctx, results));
}

const HEADER = ['network', 'source', 'batch', 'opens', 'forward', 'gradient', 'batch 3', 'other size'];

function page(ctx: Context, results: readonly Checked[]): string {
  const sources = [...new Set(results.map((r) => r.net.source))];
  const failing = results.filter((r) => failuresOf(r).length > 0);
  const count = (of: readonly Checked[], ok: (r: Checked) => boolean) => `${of.filter(ok).length} of ${of.length}`;
  const opened = results.filter((r) => r.opens);
  const sized = opened.filter((r) => r.net.runs.some((run) => run.kind === 'size'));
  return [
    '# Networks as exporters write them',
    '',
    `${results.length} small networks with seeded random weights, in the forms that exporters write. No file was simplified after its`,
    `export. Adapter: ${ctx.adapterName}.`,
    '',
    '- **forward**: max |Δ| / max |reference| over all outputs. The references are PyTorch in float64.',
    '- **gradient**: the same, for the gradient of one output number with respect to the input.',
    '- **batch 3**: three pictures in one batch, compared with the same three alone and with the reference.',
    '- **other size**: the file is opened again at another height and width, if it leaves them open.',
    '',
    'Inputs are chosen such that PyTorch in float32 agrees with PyTorch in float64. Results:',
    '',
    `- Open: ${count(results, (r) => r.opens)}.`,
    `- Forward within 1e-5: ${count(results, (r) => within(r.forward, AIMS.forward))}.`,
    `- Gradient within 1e-4: ${count(results, (r) => within(r.gradient, AIMS.gradient))}.`,
    `- Batch 3 within 1e-5: ${count(results, (r) => within(r.three, AIMS.forward))}.`,
    `- Other size within 1e-5: ${count(sized, (r) => within(r.size, AIMS.forward))}.`,
    '',
    'The PyTorch and Caffe files are real exports and real texts. The forms of the newer PyTorch exporter and of tf2onnx are written by',
    '`bench/nets/graphs.py`, which imitates those programs: they do not run with the PyTorch version used here.',
    '',
    'Made by `python3 bench/nets/export.py`, then `npm run docs:nets`. `export.py --every` writes each PyTorch network in each opset and',
    'form.',
    '',
    ...(failing.length > 0
      ? [
          '## What does not work yet',
          '',
          ...failing.map((r) => `- **${r.net.name}** (${r.net.source}): ${failuresOf(r).join('; ')}`),
          '',
        ]
      : []),
    ...sources.flatMap((source) => [
      `## ${source}`,
      '',
      `| ${HEADER.filter((h) => h !== 'source').join(' | ')} |`,
      '|---|---|---|---|---|---|---|',
      ...results
        .filter((r) => r.net.source === source)
        .map(
          (r) =>
            `| ${cells(r)
              .filter((_, i) => HEADER[i] !== 'source')
              .join(' | ')} |`,
        ),
      '',
    ]),
  ].join('\n');
}

/** NaN is never within a limit. */
const within = (error: number | string | undefined, limit: number) => typeof error === 'number' && error <= limit;

function cells({ net, opens, forward, gradient, three, size }: Checked): string[] {
  const shown = (error: number | string | undefined) =>
    error === undefined ? '–' : typeof error === 'string' ? 'no' : error.toExponential(0);
  const batch = net.opset === undefined ? net.form : `${net.form}, opset ${net.opset}`;
  return [net.name, net.source, batch, opens ? 'yes' : 'no', ...[forward, gradient, three, size].map(shown)];
}

function failuresOf({ reason, forward, gradient, three, size }: Checked): string[] {
  const said = (what: string, error: number | string | undefined, limit: number) =>
    error === undefined || within(error, limit)
      ? []
      : [`${what}: ${typeof error === 'string' ? error : `${error.toExponential(1)} apart`}`];
  return [
    ...(reason ? [reason] : []),
    ...said('forward', forward, AIMS.forward),
    ...said('gradient', gradient, AIMS.gradient),
    ...said('batch 3', three, AIMS.forward),
    ...said('other size', size, AIMS.forward),
  ];
}
