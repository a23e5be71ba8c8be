#!/usr/bin/env node
// Compares `convscope top` of two builds, byte for byte: node scripts/compareTop.mjs OLD/node/cli.js NEW/node/cli.js
//
// Each build searches pictures of the toy world once as a whole and once in two parts, the second with --resume. All that it says
// on stdout and all files that it writes are compared, and the time of each run is printed. The new build also searches seven parts,
// which it merges in an order that is not theirs; this must give what the old build's whole search gave.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { performance } from 'node:perf_hooks';

const [older, newer] = process.argv.slice(2);
if (!older || !newer) throw new Error('usage: node scripts/compareTop.mjs OLD/node/cli.js NEW/node/cli.js');
const SET = 'world:0-59';
const ARGS = ['--k', '4', '--unit', 'conv3:8', '--unit', 'fc8:3', '--json'];
const LAYERS = ['--layer', 'conv1,conv5,relu7,prob'];

/** Runs lines of the command in a new folder: what they said, and the bytes of every file. */
function run(cli, ...lines) {
  const folder = mkdtempSync(join(tmpdir(), 'convscope-compare-'));
  const started = performance.now();
  const said = lines.map((args) =>
    execFileSync(process.execPath, [resolve(cli), ...args], { cwd: folder, stdio: ['ignore', 'pipe', 'ignore'] }),
  );
  const ms = performance.now() - started;
  const files = readdirSync(join(folder, 'top')).sort();
  return {
    said: said.at(-1),
    files: new Map(files.map((name) => [name, readFileSync(join(folder, 'top', name))])),
    ms,
  };
}

let failed = false;
function compare(title, a, b) {
  const names = [...new Set([...a.files.keys(), ...b.files.keys()])];
  const wrong = names.filter((name) => !a.files.get(name)?.equals(b.files.get(name) ?? Buffer.alloc(0)));
  if (!a.said.equals(b.said)) wrong.push('stdout');
  failed ||= wrong.length > 0;
  const result = wrong.length > 0 ? `DIFFERENT: ${wrong.join(', ')}` : `${names.length} files and stdout are equal`;
  process.stdout.write(`${title}: ${result} (${Math.round(a.ms)} ms, ${Math.round(b.ms)} ms)\n`);
}

const top = (set, ...more) => ['top', 'mini-caffenet', set, ...ARGS, ...more];
const plans = {
  'whole, all layers of the units': [top(SET)],
  'whole, more layers': [top(SET, ...LAYERS)],
  'whole, batches of 5': [top(SET, ...LAYERS, '--batch', '5')],
  resumed: [top('world:0-22', ...LAYERS), top(SET, ...LAYERS, '--resume')],
};
for (const [title, lines] of Object.entries(plans)) compare(title, run(older, ...lines), run(newer, ...lines));
const shards = [5, 2, 7, 1, 4, 6, 3];
const files = shards.map((i) => `top/top-${i}-of-7.json`);
const merged = run(
  newer,
  ...shards.map((i) => top(SET, ...LAYERS, '--shard', `${i}/7`)),
  ['merge', ...files],
  top(SET, ...LAYERS, '--resume'),
);
for (const i of shards) merged.files.delete(`top-${i}-of-7.json`);
compare('in 7 shards, merged', run(older, top(SET, ...LAYERS)), merged);
process.exit(failed ? 1 : 0);
