// The library build: plain ES modules, one per source file. The pages of examples/ have a configuration of their own.
import { chmod, readFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { resolve } from 'node:path';
import { defineConfig, esmExternalRequirePlugin, type Plugin } from 'vite';
import manifest from './package.json' with { type: 'json' };

const SRC = resolve(import.meta.dirname, 'src');

/** The file behind `npx convscope`, from dist. */
const COMMAND = 'node/cli.js';

/** Installed by the user. All else that is imported and no part of Node goes into dist. */
const installed = Object.keys(manifest.peerDependencies);

/**
 * Where a module from outside src goes, which would otherwise keep its path on this machine. The command's own
 * dependencies come along, since a browser's install should not have to; npm leaves folders called node_modules out of
 * a package, hence their new name.
 */
function outputName(name: string): string {
  return (
    name
      .replace(/^(.*\/)?package\.json$/, 'node/manifest')
      .replace(/^(.*\/)?train\/world\//, 'world/')
      .replace(/^_virtual\/(.*\/)?/, 'runtime/')
      // The command has packages of its own; this one is everyone's.
      .replace(/^.*node_modules\/valibot\//, 'vendor/valibot/')
      .replace(/^.*node_modules\//, 'node/vendor/')
  );
}

/** A shader becomes a module of its own, without what a browser would download only for the compiler to skip. */
const shaders: Plugin = {
  name: 'shaders',
  enforce: 'pre',
  async load(id) {
    const [file, query] = id.split('?');
    if (query !== 'raw' || !file.endsWith('.wgsl')) return undefined;
    return `export default ${JSON.stringify(publishedShader(await readFile(file, 'utf8')))};`;
  },
};

/** The command can be run after every build: npm makes it executable once, when it links it, and a build writes a new file. */
export const executable: Plugin = {
  name: 'executable',
  async writeBundle({ dir }) {
    if (dir) await chmod(resolve(dir, COMMAND), 0o755);
  },
};

/**
 * A shader without comments and needless white space: the same tokens. Each statement keeps a line of its own and all names
 * stay, since a device's complaint quotes them.
 */
function publishedShader(source: string): string {
  const lines = source.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '').split('\n');
  return lines
    .map((line) =>
      line
        .trim()
        .replace(/ *([(){}[\],;:]) */g, '$1')
        // Between two operators a space may matter: `a - -b`.
        .replace(/(?<=[\w)\]]) *([-+*/%=<>&|^!]+) *(?=[\w(])/g, '$1'),
    )
    .filter(Boolean)
    .join('\n')
    .replace(/(?<=[{}])\n|\n(?=})/g, '');
}

/** Declarations that are written by hand, which the compiler reads and does not copy, beside those that it makes. */
const declarations: Plugin = {
  name: 'declarations',
  async generateBundle() {
    const file = 'src/core/platform.d.ts';
    const source = await readFile(resolve(import.meta.dirname, file), 'utf8');
    this.emitFile({ type: 'asset', fileName: `types/${file}`, source });
  },
};

export default defineConfig({
  publicDir: false,
  plugins: [shaders, declarations, executable],
  build: {
    // Newest JavaScript as written: who bundles the library chooses what to lower it to. `using` is the exception,
    // because Node 20 does not read it.
    target: 'es2022',
    minify: false,
    license: { fileName: 'node/vendor/LICENSES.md' },
    lib: {
      entry: {
        index: 'src/index.ts',
        'importers/index': 'src/importers/index.ts',
        'views/index': 'src/views/index.ts',
        'node/index': 'src/node/index.ts',
        'node/cli': 'src/node/cli.ts',
        'node/jobs/piece': 'src/node/jobs/piece.ts',
        'world/index': 'train/world/index.ts',
      },
      formats: ['es'],
    },
    rolldownOptions: {
      external: installed.map((name) => new RegExp(`^${name}(/|$)`)),
      // The command's dependencies are CommonJS: the plugin makes imports of their `require('fs')`.
      plugins: [esmExternalRequirePlugin({ external: [...builtinModules, /^node:/] })],
      output: {
        preserveModules: true,
        preserveModulesRoot: SRC,
        entryFileNames: ({ name }) => `${outputName(name)}.js`,
        banner: ({ name }) => (name === 'node/cli' ? '#!/usr/bin/env node' : ''),
      },
    },
  },
});
