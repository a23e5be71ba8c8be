// `npm run bench -- [options]`: compares the library with alternatives, on one adapter, in one run.
import { execSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { basename, dirname, resolve } from 'node:path';
import { Command } from 'commander';
import { CASES } from './cases.js';
import { dawnPeers, openDawn } from './dawn.js';
import { renderReport } from './report.js';
import { runSession, type Session, type SessionOptions } from './session.js';

/** A session, and everything needed to repeat it. */
export interface Report extends Session {
  readonly backend: string;
  readonly machine: string;
  readonly command: string;
  readonly commit: string;
  readonly date: string;
  readonly versions: Readonly<Record<string, string>>;
}

const LIVE_FRAMES = 300;
/** In a browser and in Node. */
const PEERS = ['tfjs', 'jax', 'ort'];
/** In their own process, with the dawn backend. They require PyTorch. */
const TORCH = ['torch', 'torch-compiled', 'torch-tf32'];
const list = (text: string): string[] => text.split(',').filter(Boolean);

export async function main(args: string[]): Promise<void> {
  const program = new Command('npm run bench --')
    .description('Measures convscope beside TensorFlow.js, jax-js and ONNX Runtime Web on one adapter, in one run.')
    .option('--backend <name>', 'dawn (Node) or chromium (headless)', 'dawn')
    .option('--adapter <name>', 'software, or part of an adapter name (dawn); gpu (chromium)')
    .option('--cases <ids>', 'parts of case ids, comma-separated; see --list', list, [])
    .option('--peers <names>', `of ${[...PEERS, ...TORCH].join(',')}; 'none' for convscope alone`, list, PEERS)
    .option('--rounds <n>', 'rounds at most', Number, 9)
    .option('--seconds <n>', 'seconds of running per case, after three rounds', Number, 30)
    .option('--json <file>', 'write results, after each case')
    .option('--report <file>', 'write a Markdown report, and its plot beside it')
    .option('--from <file>', 'measure nothing: report what --json wrote, on another machine perhaps')
    .option(
      '--size',
      'bundle each library (this one as built by `npm run build`), print its bytes, minified and gzipped, and exit',
    )
    .option(
      '--live [frames]',
      'frames of a camera through each view of the toolbox in Chromium (those that --cases names): pace and memory, and exit',
      Number,
    )
    .option('--list', 'print the case ids and exit');
  program.parse(args, { from: 'user' });
  const options = program.opts<{
    backend: string;
    adapter?: string;
    cases: string[];
    peers: string[];
    rounds: number;
    seconds: number;
    json?: string;
    report?: string;
    from?: string;
    size?: true;
    live?: number | true;
    list?: true;
  }>();
  if (options.list) {
    for (const c of CASES) console.log(c.id);
    return;
  }
  if (options.size) {
    const { librarySizes } = await import('./size.js');
    for (const { what, bytes } of await librarySizes()) console.log(`${what}: ${(bytes / 1000).toFixed(1)} KB`);
    return;
  }
  if (options.live !== undefined) {
    const frames = options.live === true ? LIVE_FRAMES : options.live;
    const { runLive } = await import('./live.js');
    await runLive({ adapter: options.adapter, views: options.cases, frames }, console.log);
    return;
  }
  if (options.from) {
    const report: Report = JSON.parse(readFileSync(options.from, 'utf8'));
    if (report.cases.some((c) => c.limitPerSecond === undefined)) {
      throw new Error(
        `${options.from} was written by an older benchmark, without the limit of each case; run it again`,
      );
    }
    await write(report, options.report);
    return;
  }
  const peers = options.peers.filter((p) => p !== 'none');
  const unknown = peers.filter((p) => ![...PEERS, ...TORCH].includes(p));
  if (unknown.length > 0)
    throw new Error(`--peers: no peer is called '${unknown.join(', ')}'; there are ${[...PEERS, ...TORCH].join(', ')}`);
  const packed = process.env.CONVSCOPE_COMMIT;
  if (!packed && peers.some((p) => PEERS.includes(p)) && !existsSync(resolve(import.meta.dirname, 'node_modules'))) {
    throw new Error('The peers are not installed: run `npm ci --prefix bench`, or measure alone with --peers none.');
  }

  const session: SessionOptions = { cases: options.cases, peers, rounds: options.rounds, seconds: options.seconds };
  const about = {
    backend: options.backend,
    machine: `${cpus().length} × ${cpus()[0]?.model.trim()}`,
    command: `npm run bench -- ${args.join(' ')}`,
    commit: packed ?? execSync('git describe --always --dirty').toString().trim(),
    date: new Date().toISOString().slice(0, 10),
  };
  const save = (s: Session, versions: Record<string, string>): Report => {
    const report = { ...about, versions: { node: process.version, ...versions }, ...s };
    if (options.json) {
      mkdirSync(dirname(resolve(options.json)), { recursive: true });
      writeFileSync(options.json, `${JSON.stringify(report, null, 1)}\n`);
    }
    return report;
  };
  let report: Report;
  if (options.backend === 'chromium') {
    const { runInChromium } = await import('./chromium.js');
    const { session: s, browser } = await runInChromium(session, options.adapter, console.log, (c) => save(c, {}));
    report = save(s, { browser });
  } else {
    const ctx = await openDawn(options.adapter);
    const s = await runSession(ctx, dawnPeers(ctx), session, console.log, (c) => save(c, {}));
    report = save(s, {});
  }
  await write(report, options.report);
}

/** Writes the report to a file, with its plot next to it, or prints it. */
async function write(report: Report, file: string | undefined): Promise<void> {
  const markdown = renderReport(report);
  if (!file) {
    console.log(`\n${markdown}`);
    return;
  }
  const { renderPlot } = await import('./plot.js');
  mkdirSync(dirname(resolve(file)), { recursive: true });
  const plot = `${file.replace(/\.md$/, '')}.svg`;
  writeFileSync(plot, await renderPlot(report));
  writeFileSync(file, `${markdown}\n![Where each case lies under the adapter's limits](${basename(plot)})\n`);
}
