// Bundles the benchmark for a machine that has a GPU and Node, but neither npm nor a browser:
//   node bench/pack.mjs [DIR]       writes DIR/bench.mjs; default .gpu
// There, in a copy of this repository with the package `webgpu` in node_modules, and PyTorch where it is to be a peer:
//   node DIR/bench.mjs --json result.json [what `npm run bench --` takes]
// The report is made where there is a browser: npm run bench -- --from result.json --report docs/bench/gpu.md
import { execSync } from 'node:child_process';
import { dirname, relative, resolve } from 'node:path';
import { build } from 'vite';

const ROOT = resolve(import.meta.dirname, '..');
const [out = '.gpu'] = process.argv.slice(2);
const ENTRY = '\0entry';
const MAIN = resolve(import.meta.dirname, 'main.ts');

/** The entry, and modules' own folders: in the bundle they are where the repository is. */
const inPlace = {
  name: 'in-place',
  enforce: 'pre',
  resolveId: (id) => (id === 'entry' ? ENTRY : undefined),
  load: (id) =>
    id === ENTRY
      ? `import { main } from ${JSON.stringify(MAIN)}; await main(process.argv.slice(2)); process.exit(process.exitCode ?? 0);`
      : undefined,
  transform(code, id) {
    if (id.startsWith('\0') || id.includes('node_modules')) return undefined;
    const folder = JSON.stringify(`/${relative(ROOT, dirname(id))}`);
    return code.replaceAll('import.meta.dirname', `(process.cwd() + ${folder})`);
  },
};

await build({
  configFile: false,
  root: ROOT,
  publicDir: false,
  plugins: [inPlace],
  define: {
    'process.env.CONVSCOPE_COMMIT': JSON.stringify(
      execSync('git describe --always --dirty', { cwd: ROOT }).toString().trim(),
    ),
  },
  // What only a machine with npm or a browser needs stays outside, and is not asked for.
  ssr: { noExternal: true, external: ['webgpu', 'puppeteer', 'vite', '@sparticuz/chromium'] },
  build: {
    ssr: true,
    outDir: resolve(ROOT, out),
    emptyOutDir: false,
    target: 'es2022',
    minify: false,
    rolldownOptions: { input: 'entry', output: { entryFileNames: 'bench.mjs', chunkFileNames: 'bench-[name].mjs' } },
  },
});
