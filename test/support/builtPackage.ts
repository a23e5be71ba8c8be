// Builds the package as it is published, in a test's own folder.
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'vite';

const run = promisify(execFile);
const root = resolve(import.meta.dirname, '..', '..');
const FILES = ['package.json', 'README.md', 'CHANGELOG.md', 'LICENSE'];

/** Builds the package into `folder`, so that `npm pack` can run there. */
export async function buildPackage(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  for (const file of FILES) cpSync(join(root, file), join(folder, file));
  cpSync(join(root, 'models'), join(folder, 'models'), { recursive: true });
  const outDir = join(folder, 'dist');
  await build({
    configFile: join(root, 'vite.config.ts'),
    root,
    logLevel: 'warn',
    build: { outDir, emptyOutDir: false },
  });
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  await tsc(compiler, root, '-p', 'tsconfig.build.json', '--outDir', join(outDir, 'types'));
}

/** Packs the built package in `folder` and installs the archive in `project`. Returns the archive. */
export async function installPacked(folder: string, project: string): Promise<string> {
  const { stdout } = await run('npm', ['pack', '--json', '--ignore-scripts'], { cwd: folder });
  const [{ filename }]: { filename: string }[] = JSON.parse(stdout);
  mkdirSync(project, { recursive: true });
  writeFileSync(join(project, 'package.json'), '{ "private": true, "type": "module" }');
  const options = ['--offline', '--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock'];
  const archive = join(folder, filename);
  await run('npm', ['install', ...options, archive], { cwd: project });
  return archive;
}

/** Runs a TypeScript compiler. @throws Error with its messages */
export async function tsc(compiler: string, cwd: string, ...options: string[]): Promise<void> {
  try {
    await run(process.execPath, [compiler, ...options], { cwd });
  } catch (error) {
    // The messages are on stdout, which the error does not show.
    throw new Error(error instanceof Error && 'stdout' in error ? String(error.stdout) : String(error));
  }
}
