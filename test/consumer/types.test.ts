// The published types as strict projects see them that check their libraries too (`skipLibCheck: false`): with three
// compilers, both ways to resolve modules, and with the types of a page, of a worker and of neither.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildPackage, installPacked, tsc } from '../support/builtPackage.js';
import { installTools, type Tools } from '../support/tools.js';

const ENTRIES = ['convscope', 'convscope/importers', 'convscope/views', 'convscope/node', 'convscope/world'];
/** By their names in package.json here. */
const COMPILERS = ['typescript-5.9', 'typescript-6', 'typescript'];
const RESOLUTIONS = [
  ['nodenext', 'nodenext'],
  ['esnext', 'bundler'],
] as const;

/** What a project does with WebGPU's own types in hand: they have to be the real ones. */
const USES = `
import { openContext, render, createRecipe, type Context, type Model } from 'convscope';
import { importModel, readSafetensors } from 'convscope/importers';
import { createImageView } from 'convscope/views';

export async function use(model: Model, canvas: HTMLCanvasElement, signal: AbortSignal): Promise<GPUBuffer> {
  using ctx: Context = await openContext({ powerPreference: 'high-performance', features: ['shader-f16'] });
  const adapter = await navigator.gpu.requestAdapter();
  const device = await adapter!.requestDevice();
  using own = await openContext({ device });
  const view = createImageView(own, canvas, { shape: [1, 3, 8, 8], mean: new Float32Array(3), order: 'rgb' });
  view[Symbol.dispose]();
  await render(ctx, model, createRecipe({ unit: 'conv1:0', preset: 'blur', seeds: [0] }), { signal });
  // @ts-expect-error: a device is no model
  readSafetensors(device);
  // @ts-expect-error: a size is a number
  ctx.device.createBuffer({ size: '4', usage: 0 });
  importModel([]);
  return ctx.device.createBuffer({ size: 4, usage: 8 });
}
`;

interface Problem {
  readonly kind: string;
  readonly resolutionKind?: string;
}

/** The part of @arethetypeswrong/core that is used here. */
interface AreTheTypesWrong {
  createPackageFromTarballData(archive: Uint8Array): unknown;
  checkPackage(contents: unknown): Promise<{ readonly problems: readonly Problem[] }>;
}

const folder = mkdtempSync(join(tmpdir(), 'convscope-types-'));
const project = join(folder, 'project');
/** The same with @webgpu/types installed. */
const withTypes = join(folder, 'with-types');
let tools: Tools;
let archive = '';

beforeAll(async () => {
  tools = await installTools('consumer');
  if (tools.missing !== undefined) return;
  await buildPackage(join(folder, 'package'));
  archive = await installPacked(join(folder, 'package'), project);
  writeFileSync(join(project, 'all.ts'), ENTRIES.map((entry, i) => `export * as m${i} from '${entry}';\n`).join(''));
  for (const [i, entry] of ENTRIES.entries()) writeFileSync(join(project, `entry${i}.ts`), `export * from '${entry}';`);
  writeFileSync(join(project, 'uses.ts'), USES);
  cpSync(project, withTypes, { recursive: true });
  const types = join('node_modules', '@webgpu', 'types');
  cpSync(join(tools.folder, types), join(withTypes, types), { recursive: true });
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The tools' folder, or the end of the test with the reason why there is none. */
function toolsOr(skip: (reason: string) => never): string {
  return tools.folder ?? skip(tools.missing);
}

/** Compiles files of a project with the options that every case shares. */
async function check(
  compiler: string,
  where: string,
  lib: string,
  [module, moduleResolution]: readonly [string, string],
  ...files: string[]
): Promise<void> {
  const compilerOptions = {
    ...{ strict: true, noEmit: true, skipLibCheck: false, target: 'es2022', types: [] },
    ...{ lib: lib.split(','), module, moduleResolution },
  };
  const config = join(where, `${compiler}-${lib}-${module}-${files.join('-')}.json`);
  writeFileSync(config, JSON.stringify({ compilerOptions, files }));
  const installed = join(tools.folder ?? '', 'node_modules', compiler);
  const manifest: { bin: { tsc: string } } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
  await tsc(join(installed, manifest.bin.tsc), where, '-p', config);
}

describe.each(COMPILERS)('%s', (compiler) => {
  test.for(RESOLUTIONS)('a page, module %s', async (resolution, { skip }) => {
    toolsOr(skip);
    // TypeScript 5.9 knows no WebGPU of itself, so there is nothing to use.
    const uses = compiler === 'typescript-5.9' ? [] : ['uses.ts'];
    await check(compiler, project, 'es2022,dom', resolution, 'all.ts', ...uses);
  });

  test.for(RESOLUTIONS)('a page with @webgpu/types installed, module %s', async (resolution, { skip }) => {
    toolsOr(skip);
    await check(compiler, withTypes, 'es2022,dom', resolution, 'all.ts', 'uses.ts');
  });

  test('a worker', async ({ skip }) => {
    toolsOr(skip);
    await check(compiler, project, 'es2022,webworker', RESOLUTIONS[1], 'all.ts');
  });

  test('neither page nor worker', async ({ skip }) => {
    toolsOr(skip);
    await check(compiler, project, 'es2022', RESOLUTIONS[0], 'all.ts');
  });
});

test.for(ENTRIES)('the types of %s alone bring all that they need', async (entry, { skip }) => {
  toolsOr(skip);
  await check('typescript-5.9', project, 'es2022', RESOLUTIONS[0], `entry${ENTRIES.indexOf(entry)}.ts`);
});

test('arethetypeswrong finds nothing to say, but that this is no CommonJS', async ({ skip }) => {
  const core = join(toolsOr(skip), 'node_modules', '@arethetypeswrong', 'core', 'dist', 'index.js');
  const { checkPackage, createPackageFromTarballData } = (await import(pathToFileURL(core).href)) as AreTheTypesWrong;
  const { problems } = await checkPackage(createPackageFromTarballData(readFileSync(archive)));
  const known = ({ kind, resolutionKind }: Problem) =>
    // `require` of a module is an error in CommonJS that TypeScript explains itself, and resolution as of Node 10 knows
    // nothing of `exports`.
    resolutionKind === 'node10' || (kind === 'CJSResolvesToESM' && resolutionKind === 'node16-cjs');
  expect(problems.filter((problem) => !known(problem))).toEqual([]);
});
