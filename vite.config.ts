// The library build: plain ES modules, one per source file, with the shaders inlined. The pages of examples/ have a
// configuration of their own.
import { readFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { resolve } from 'node:path';
import { defineConfig, esmExternalRequirePlugin, type Plugin } from 'vite';
import manifest from './package.json' with { type: 'json' };

/** Installed by the user. All else that is imported and no part of Node goes into dist. */
const installed = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies });

/**
 * Where a module from outside src goes, which would otherwise keep its path on this machine. The command's own
 * dependencies come along, since a browser's install should not have to; npm leaves folders called node_modules out of
 * a package, hence their new name.
 */
function outputName(name: string): string {
  return name
    .replace(/^(.*\/)?package\.json$/, 'node/manifest')
    .replace(/^(.*\/)?train\/world\//, 'world/')
    .replace(/^_virtual\/(.*\/)?/, 'runtime/')
    .replace(/^.*node_modules\//, 'node/vendor/');
}

/** Shaders without their comments and indentation, which a browser would download for nothing. They are in src to be read. */
const bareShaders: Plugin = {
  name: 'bare-shaders',
  enforce: 'pre',
  async load(id) {
    const [file, query] = id.split('?');
    if (query !== 'raw' || !file.endsWith('.wgsl')) return undefined;
    const source = await readFile(file, 'utf8');
    const lines = source.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '').split('\n');
    const bare = lines.map((line) => line.trim()).filter(Boolean);
    return `export default ${JSON.stringify(bare.join('\n'))}`;
  },
};

export default defineConfig({
  publicDir: false,
  plugins: [bareShaders],
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
        preserveModulesRoot: resolve(import.meta.dirname, 'src'),
        entryFileNames: ({ name }) => `${outputName(name)}.js`,
        banner: ({ name }) => (name === 'node/cli' ? '#!/usr/bin/env node' : ''),
      },
    },
  },
});
