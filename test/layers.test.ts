// The house rules that a compiler does not check: which folder may import which, and what only some folders may touch.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, relative } from 'node:path';
import { expect, test } from 'vitest';

/**
 * What each folder of src may import. Each line builds on the one before it, so there is no way round in a circle.
 * Files directly in src are public entries and may import everything but Node code.
 */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = (() => {
  const core: string[] = [];
  const gpu = ['core'];
  const graph = [...gpu, 'gpu'];
  const kernels = [...graph, 'graph'];
  const autodiff = [...kernels, 'kernels'];
  const scene = [...autodiff, 'autodiff'];
  const parts = [...scene, 'scene'];
  const kinds = [...parts, 'parts'];
  const engines = [...kinds, 'objectives', 'params', 'transforms', 'regularize', 'optim'];
  const methods = [...engines, 'synthesize', 'scan', 'attribute'];
  return {
    core,
    gpu,
    graph,
    kernels,
    autodiff,
    scene,
    parts,
    tuning: parts,
    objectives: kinds,
    params: kinds,
    transforms: kinds,
    regularize: kinds,
    optim: kinds,
    synthesize: [...engines, 'attribute'],
    scan: engines,
    attribute: engines,
    facets: ['core'],
    directions: ['core'],
    methods: [...methods, 'facets', 'directions'],
    // A model is data: reading one opens no device.
    importers: ['core', 'graph', 'kernels'],
    views: ['core', 'gpu', 'graph'],
    node: [...methods, 'facets', 'directions', 'methods', 'tuning', 'importers', '', 'world'],
    '': [...methods, 'facets', 'directions', 'methods', 'tuning', 'importers', 'views'],
  };
})();
/** May name the types of a layer whose code they may not run. */
const TYPES_ONLY: Readonly<Record<string, readonly string[]>> = { importers: ['gpu', 'scene'] };
/** Which packages may be imported where. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  webgpu: ['node'],
  sharp: ['node'],
  tar: ['node'],
  hyparquet: ['node'],
  'hyparquet-compressors': ['node'],
  'hyparquet-writer': ['node'],
  bullmq: ['node'],
  pg: ['node'],
  ioredis: ['node'],
  'prom-client': ['node'],
  '@aws-sdk/client-s3': ['node'],
  '@sparticuz/chromium': ['node'],
  commander: ['node'],
  'cli-progress': ['node'],
  'simple-statistics': ['node'],
  'ml-kmeans': ['facets'],
  'ml-matrix': ['facets', 'directions'],
  'umap-js': ['facets'],
  valibot: ['parts', 'synthesize', 'scan', 'attribute', 'methods', 'node'],
};

interface Import {
  readonly from: string;
  readonly to: string;
  readonly typeOnly: boolean;
}

const SRC = join(import.meta.dirname, '..', 'src');
const sources = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .map((path) => path.split('\\').join('/'))
  .filter((path) => /\.ts$/.test(path) && !/\.(test|ref|bench|d)\.ts$/.test(path))
  .sort()
  .map((path) => ({ path, code: stripComments(readFileSync(join(SRC, path), 'utf8')) }));
const shaders = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .map((path) => path.split('\\').join('/'))
  .filter((path) => path.endsWith('.wgsl'))
  .map((path) => ({ path, code: stripComments(readFileSync(join(SRC, path), 'utf8')) }));
const imports = sources.flatMap(({ path, code }) => importsOf(path, code));

test('imports between the folders of src point only leftwards', () => {
  const wrong = imports.filter(({ from, to, typeOnly }) => {
    const [a, b] = [folder(from), folder(to)];
    if (!to.startsWith('/') || a === b) return false;
    return !MAY_IMPORT[a]?.includes(b) && !(typeOnly && TYPES_ONLY[a]?.includes(b));
  });
  expect(wrong.map(describeImport)).toEqual([]);
});

test('no files of src import each other in a circle, types included', () => {
  expect(circles(imports)).toEqual([]);
});

test('a circle of imports is found, whether it goes through values or types', () => {
  const arrow = (from: string, to: string, typeOnly = false) => ({ from: `/${from}.ts`, to: `/${to}.js`, typeOnly });
  expect(circles([arrow('a', 'b'), arrow('b', 'c', true), arrow('c', 'a'), arrow('d', 'a'), arrow('c', 'e')])).toEqual([
    'src/a.ts → src/b.ts → src/c.ts → src/a.ts',
  ]);
});

test('every folder of src has its place in the rules', () => {
  const folders = new Set(sources.map(({ path }) => folder(`/${path}`)));
  expect([...folders].filter((f) => !(f in MAY_IMPORT))).toEqual([]);
});

test('only src/node imports Node, and packages stay in their folders', () => {
  const wrong = imports.filter(({ from, to }) => {
    if (to.startsWith('/')) return false;
    if (to.startsWith('node:')) return folder(from) !== 'node';
    return !PACKAGES[to.split('/', to.startsWith('@') ? 2 : 1).join('/')]?.includes(folder(from));
  });
  expect(wrong.map(describeImport)).toEqual([]);
});

test('no source imports a test, a reference or a benchmark', () => {
  expect(imports.filter(({ to }) => /\.(test|ref|bench)\.js$/.test(to)).map(describeImport)).toEqual([]);
});

test('only src/views touches the DOM', () => {
  const dom = /\bdocument\.[a-z]|\bHTML\w*Element\b|\blocalStorage\b|\brequestAnimationFrame\b/;
  // Types alone, of what a page may hand to a device; and the texts of pages that commands write.
  const may = /^src\/(core\/(webTypes|platform\.d)|node\/(gallery\/searchPage|atlas\/script|jobs\/boardPage))\.ts:/;
  const found = occurrences(dom, ['views']).filter((place) => !may.test(place));
  expect(found).toEqual([]);
});

test('randomness and time are arguments: no Math.random, Date.now or new Date outside src/node', () => {
  expect(occurrences(/\bMath\.random\b|\bDate\.now\b|\bnew Date\b/, ['node'])).toEqual([]);
});

test('no code finds an op by its name: it asks a property of the op', () => {
  const byName = /\bop\.name\s*[!=]==|[!=]==\s*(\w+\.)*op\.name\b|\bhas\((\w+\.)*op\.name\)|\bop: \{ ?name\b/;
  expect(occurrences(byName, [])).toEqual([]);
});

test('errors are classes of src/core/errors.ts', () => {
  // What cannot happen unless the library is broken is an Error that says so.
  const thrown = occurrences(/\bthrow new (Type|Range)?Error\((?!.internal: )/, []);
  const declared = occurrences(/\bclass \w+ extends \w*Error\b/, []).filter(
    (place) => !/^src\/core\/errors\.ts:/.test(place),
  );
  // An importer catches it itself, and throws one of those classes.
  const caught = /^src\/graph\/importing\.ts:\d+: class Refusal extends Error$/;
  expect([...thrown, ...declared.filter((place) => !caught.test(place))]).toEqual([]);
});

test('only src/gpu/readback.ts maps device memory', () => {
  expect(occurrences(/\.mapAsync\(/, []).filter((place) => !/^src\/gpu\/readback\.ts:/.test(place))).toEqual([]);
});

test('a source file starts with what it is, or is a part or a preset, whose text says it', () => {
  const files = sources.map(({ path }) => [path, readFileSync(join(SRC, path), 'utf8')] as const);
  expect(
    files.flatMap(([path, code]) =>
      /^(#!.*\n)?(\/\/ |\/\*\*)|\bdefinePart\(|: (Inversion)?Preset = \{|= tableRow\(/.test(code) ? [] : [path],
    ),
  ).toEqual([]);
});

/** Huge numbers in shaders that stand for no number, and why they may. */
const HUGE: Readonly<Record<string, string>> = {
  'views/statistics.wgsl': 'the largest f32 is where a minimum of finite numbers starts',
  'kernels/trigonometry/trigonometry_functions.wgsl': 'from 1e9 on, two functions are equal in f32',
};

test('shaders have no sentinels: no huge number stands for none', () => {
  const huge = shaders.filter(({ code }) => /\d[eE]\+?([5-9]|\d\d)/.test(code)).map(({ path }) => path);
  expect(huge.filter((path) => !(path in HUGE))).toEqual([]);
  expect(
    Object.keys(HUGE).filter((path) => !huge.includes(path)),
    'exceptions that nothing needs any more',
  ).toEqual([]);
});

test('shaders add no floats by atomics, whose order changes from run to run', () => {
  // WGSL's atomics are of integers. Floats would have to be exchanged by their bits.
  expect(shaders.filter(({ code }) => /\batomicCompareExchange/.test(code)).map(({ path }) => path)).toEqual([]);
});

/** Imports as paths from src with a leading slash, packages by name. */
function importsOf(path: string, code: string): Import[] {
  const statements = /\b(?:import|export)\s+(type\s)?(?:[^'";]*?\sfrom\s+)?'([^']+)'|\bimport\('([^']+)'\)/g;
  return [...code.matchAll(statements)].map(([, type, specifier, dynamic]) => {
    const target = (specifier ?? dynamic).replace(/\?raw$/, '');
    // The toy world lies beside src, in train/world.
    const inSrc = target.replace(/^(\.\.\/)+train\/world\//, '/world/');
    const to = inSrc.startsWith('.') ? posix.join('/', dirname(path), inSrc) : inSrc;
    return { from: `/${path}`, to, typeOnly: type !== undefined };
  });
}

/** Circles of files that import each other, as far as a search from each file meets them. */
function circles(all: readonly Import[]): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) {
      const circle = [...path.slice(path.indexOf(file)), file];
      found.push(circle.map((name) => `src${name}`).join(' → '));
      return;
    }
    if (done.has(file)) return;
    for (const { from, to } of all) if (from === file) visit(to.replace(/\.js$/, '.ts'), [...path, file]);
    done.add(file);
  };
  for (const { from } of all) visit(from, []);
  return found;
}

function folder(path: string): string {
  const parts = path.split('/');
  return parts.length > 2 ? parts[1] : '';
}

function describeImport({ from, to }: Import): string {
  return `src${from} imports ${to.startsWith('/') ? `src${to}` : to}`;
}

function occurrences(pattern: RegExp, allowed: readonly string[]): string[] {
  return sources
    .filter(({ path }) => !allowed.includes(folder(`/${path}`)))
    .flatMap(({ path, code }) =>
      code.split('\n').flatMap((line, i) => {
        const found = pattern.exec(line);
        return found ? [`${relative('.', join('src', path))}:${i + 1}: ${found[0]}`] : [];
      }),
    );
}

/** Blanks comments and keeps the line numbers. `://` in a string is no comment. */
function stripComments(code: string): string {
  return code
    .replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ' '))
    .replace(/(^|[^:'"`\\])\/\/.*$/gm, '$1');
}
