// Measures the download of a page with activation maximization on an imported net: each library bundled by vite, minified,
// gzipped. This library is measured as published: run `npm run build` first.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';

const BENCH = import.meta.dirname;

const ENTRIES = {
  'convscope, Caffe importer and activation maximization': `
    import { createAscent, openContext, render } from '${resolve(BENCH, '../dist/index.js')}';
    import { importCaffe } from '${resolve(BENCH, '../dist/importers/index.js')}';
    console.log(createAscent, openContext, render, importCaffe);`,
  'tfjs core and WebGPU backend, what the benchmark uses': `
    import '${resolve(BENCH, 'contenders/tfjs.ts')}';
    console.log((await import('${resolve(BENCH, 'contenders/tfjs.ts')}')).tfjs);`,
  'jax-js, what the benchmark uses': `
    console.log((await import('${resolve(BENCH, 'contenders/jax.ts')}')).jax);`,
};

/** ONNX Runtime Web consists of separate files. */
const RUNTIME = ['ort.webgpu.bundle.min.mjs', 'ort-wasm-simd-threaded.asyncify.wasm'];

export async function librarySizes(): Promise<{ what: string; bytes: number }[]> {
  const sizes: { what: string; bytes: number }[] = [];
  for (const [what, code] of Object.entries(ENTRIES)) {
    const entry = '\0entry';
    const result = await build({
      configFile: false,
      root: BENCH,
      logLevel: 'silent',
      plugins: [
        {
          name: 'entry',
          resolveId: (id) => (id === 'entry' ? entry : undefined),
          load: (id) => (id === entry ? code : undefined),
        },
      ],
      build: { write: false, target: 'esnext', minify: true, rolldownOptions: { input: 'entry' } },
    });
    const outputs = Array.isArray(result) ? result : [result];
    const chunks = outputs.flatMap((o) => ('output' in o ? o.output : []));
    const bytes = chunks.reduce(
      (sum, c) => sum + gzipSync(c.type === 'chunk' ? c.code : c.source, { level: 9 }).length,
      0,
    );
    sizes.push({ what, bytes });
  }
  const folder = resolve(BENCH, 'node_modules/onnxruntime-web/dist');
  const runtime = RUNTIME.reduce((sum, f) => sum + gzipSync(readFileSync(resolve(folder, f)), { level: 9 }).length, 0);
  return [...sizes, { what: `onnxruntime-web (${RUNTIME.join(', ')})`, bytes: runtime }];
}
