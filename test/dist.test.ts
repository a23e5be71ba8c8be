// The package as its users get it: built, linted, imported from plain Node and bundled for a browser.
// test/consumer tries its types and other bundlers.
import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { build, minify } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import manifest from '../package.json' with { type: 'json' };
import { executable } from '../vite.config.js';
import { buildPackage } from './support/builtPackage.js';

const run = promisify(execFile);
const root = resolve(import.meta.dirname, '..');
// A project with the package installed, and none of what it may use.
const consumer = mkdtempSync(join(tmpdir(), 'convscope-consumer-'));
const installed = join(consumer, 'node_modules', 'convscope');
/** The entries that a browser may load. */
const BROWSER_ENTRIES = ['convscope', 'convscope/importers', 'convscope/views', 'convscope/world'];
const NODE_ONLY = ['webgpu', 'sharp', 'tar', 'hyparquet', '@sparticuz/chromium', 'commander', 'cli-progress'];

beforeAll(async () => {
  await buildPackage(installed);
  writeFileSync(join(consumer, 'package.json'), '{ "type": "module" }');
});

afterAll(() => rmSync(consumer, { recursive: true, force: true }));

test('publint finds nothing to say about the package', async () => {
  const { messages, pkg } = await publint({ pkgDir: installed, strict: true });
  expect(messages.map((message) => formatMessage(message, pkg, { color: false }))).toEqual([]);
});

test('the packed files hold every export and the command', async () => {
  const { stdout } = await run('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: installed });
  const [{ files }]: { files: { path: string }[] }[] = JSON.parse(stdout);
  const packed = new Set(files.map(({ path }) => `./${path}`));
  const promised = Object.values(manifest.exports).flatMap((target) =>
    typeof target === 'string' ? [target] : [target.types, target.default],
  );
  const isThere = (path: string) =>
    path.endsWith('*') ? [...packed].some((file) => file.startsWith(path.slice(0, -1))) : packed.has(path);
  expect([...promised, ...Object.values(manifest.bin)].filter((path) => !isThere(path))).toEqual([]);
  // The embedded nets with their cards, but not the pictures that only the cards show.
  const nets = [...packed].filter((path) => path.startsWith('./models/'));
  expect(nets).toContain('./models/mini-caffenet.safetensors');
  expect(nets.filter((path) => path.endsWith('.png'))).toEqual([]);
  // A module from outside src would be put under its path on the machine that built it.
  expect([...packed].filter((path) => path.includes(root.slice(1)))).toEqual([]);
});

test('plain Node imports every entry, and names the package that WebGPU needs there', async () => {
  const { stdout } = await node(`
    ${BROWSER_ENTRIES.map((entry) => `await import('${entry}');`).join('\n')}
    const { openNodeContext } = await import('convscope/node');
    await openNodeContext().catch((error) => console.log(error.name, error.code, error.message));
  `);
  expect(stdout).toMatch(/^WebGPUUnavailableError webgpu-unavailable .*npm install webgpu/);
});

test('the command names all missing packages at once, before anything is computed', async () => {
  const command = join(installed, manifest.bin.convscope);
  const failure = (...args: string[]) =>
    run(command, args, { cwd: consumer }).then(
      () => 'no failure',
      (error: { readonly stderr: string }) => error.stderr,
    );
  expect(await failure('render', 'mini-caffenet', '--unit', 'fc8:1', '--out', 'x.png')).toContain(
    'npm install webgpu sharp. On a machine without a GPU also: npm install @sparticuz/chromium',
  );
  expect(await failure('run', 'mini-caffenet', 's.tar', 't.parquet', '--out', 'x')).toContain(
    'npm install webgpu sharp tar hyparquet hyparquet-compressors. On',
  );
  // World pictures come from no file.
  expect(await failure('run', 'mini-caffenet', 'world:1', '--out', 'x')).toContain('npm install webgpu. On');
});

test('the command starts, by itself', async () => {
  const command = join(installed, manifest.bin.convscope);
  expect(readFileSync(command, 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
  // As npx does: the file itself, which this build wrote and npm has not touched.
  const { stdout } = await run(command, ['--help'], { cwd: consumer });
  expect(stdout).toMatch(/^Usage: convscope/);
});

test('the command can be run after a second build, which writes the file anew', async () => {
  const root = join(consumer, 'two builds');
  mkdirSync(root);
  writeFileSync(join(root, 'cli.js'), 'console.log(1);');
  const command = join(root, 'dist', 'node', 'cli.js');
  const lib = { entry: { 'node/cli': join(root, 'cli.js') }, formats: ['es' as const] };
  const again = () => build({ configFile: false, root, logLevel: 'warn', plugins: [executable], build: { lib } });
  await again();
  expect(statSync(command).mode & 0o777).toBe(0o755);
  chmodSync(command, 0o644);
  await again();
  expect(statSync(command).mode & 0o777).toBe(0o755);
});

test.each(BROWSER_ENTRIES)('%s bundles for a browser without Node code', async (entry) => {
  const { code, imports } = await bundle(`export * from '${entry}';`);
  expect(imports).toEqual([]);
  for (const name of NODE_ONLY) expect(code).not.toContain(`'${name}'`);
  console.log(`${entry}: ${kB(code.length)} minified, ${kB(gzipSync(code).length)} gzipped`);
});

test('a page that imports a Caffe net and maximizes activations downloads 100 KB at most', async () => {
  // Presets and parts by name are fetched when they are first asked for.
  const { first: code } = await bundle(`
    export { createAscent, openContext, render } from 'convscope';
    export { importCaffe } from 'convscope/importers';`);
  expect(code).toContain('negative_slope');
  expect(code, 'ONNX rules').not.toContain('LeakyRelu');
  // Bundles of libraries keep their spaces.
  const small = await minify('entry.js', code, { module: true });
  const bytes = gzipSync(small.code, { level: 9 }).length;
  console.log(`Caffe importer and activation maximization: ${kB(bytes)} minified and gzipped`);
  expect(bytes).toBeLessThan(100_000);
});

test('shaders are published as they are written but for comments and white space', async () => {
  const dist = join(installed, 'dist');
  const files = readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.wgsl_raw.js'),
  );
  expect(files.length).toBeGreaterThan(80);
  for (const file of files) {
    const { default: published }: { default: string } = await import(pathToFileURL(join(dist, file)).href);
    const written = readFileSync(join(root, 'src', file.replace('_raw.js', '')), 'utf8');
    expect(published, file).not.toMatch(/\/\/|\/\*/);
    expect(tokensOf(published), file).toEqual(tokensOf(written));
  }
});

/** A shader's tokens, as WGSL's specification cuts them: `- -` is two, `--` is one. */
function tokensOf(wgsl: string): string[] {
  const bare = wgsl.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, ' ');
  return bare.match(/[\p{L}\d_.]+|->|(?:<<|>>|[-+*/%&|^<>=!])=|&&|\|\||--|\+\+|<<|>>|\S/gu) ?? [];
}

/** One consumer's code as a browser bundle, and what it imports beside its own chunks. Node's modules are kept as imports. */
async function bundle(source: string): Promise<{ code: string; first: string; imports: string[] }> {
  const entry = join(consumer, 'entry.js');
  writeFileSync(entry, source);
  const output = await build({
    configFile: false,
    root: consumer,
    logLevel: 'error',
    build: {
      write: false,
      target: 'es2022',
      minify: true,
      lib: { entry, formats: ['es'], fileName: 'entry' },
      rolldownOptions: { external: [/^node:/, ...NODE_ONLY] },
    },
  });
  const chunks = [output].flat().flatMap((o) => ('output' in o ? o.output : []));
  const code = chunks.flatMap((chunk) => (chunk.type === 'chunk' ? [chunk] : []));
  const own = code.map((chunk) => chunk.fileName);
  return {
    code: code.map((chunk) => chunk.code).join('\n'),
    first: atOnce(code).join('\n'),
    imports: code.flatMap((chunk) => [...chunk.imports, ...chunk.dynamicImports]).filter((name) => !own.includes(name)),
  };
}

/** The code of the chunks that are loaded before anything runs. */
function atOnce(chunks: readonly { fileName: string; code: string; isEntry: boolean; imports: string[] }[]): string[] {
  const wanted = chunks.filter(({ isEntry }) => isEntry).map(({ fileName }) => fileName);
  for (const name of wanted) {
    const more = chunks.find(({ fileName }) => fileName === name)?.imports ?? [];
    wanted.push(...more.filter((other) => !wanted.includes(other)));
  }
  return chunks.filter(({ fileName }) => wanted.includes(fileName)).map(({ code }) => code);
}

function node(code: string) {
  return run(process.execPath, ['--input-type=module', '--eval', code], { cwd: consumer });
}

function kB(bytes: number): string {
  return `${(bytes / 1000).toFixed(1)} kB`;
}
