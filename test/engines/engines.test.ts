// The same nets in another engine: Deno, whose WebGPU is wgpu with Naga, as Firefox's is. Its numbers are compared with
// Dawn's, and Naga has to take every shader.
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRng } from '../../src/core/rng.js';
import type { Kernel } from '../../src/gpu/kernel.js';
import { readSafetensors } from '../../src/importers/index.js';
import * as lib from '../../src/index.js';
import { driverEnvironment } from '../support/adapter.js';
import { buildPackage } from '../support/builtPackage.js';
import { maxRelative, relativeL2 } from '../support/close.js';
import { testContext } from '../support/device.js';
import { installTools } from '../support/tools.js';
import type { Answer, Job, ShaderJob } from './deno.js';
import { type Measured, measure, STEPS } from './measure.js';

const modules = import.meta.glob<{ kernels: readonly (Kernel | readonly Kernel[])[] }>('../../src/kernels/*/index.ts', {
  eager: true,
});
const views = import.meta.glob<string>('../../src/views/*.wgsl', { query: '?raw', import: 'default', eager: true });

const NETS = [
  { name: 'mini-caffenet', unit: 'conv3:5' },
  { name: 'mini-squeezenet', unit: 'fire4/expand3x3:3' },
];
/**
 * Of the largest value of a layer, and of a gradient's norm. Only the order of roundings differs: Naga knows no subgroups, so
 * that sums are made of other parts. Measured: 4e-7 forward, the very same gradients.
 */
const ONE_PASS = 1e-5;
/** Twenty steps add up what one pass is off by, and a pixel may fall on the other side of a threshold. Measured: 4e-7. */
const ASCENT = 1e-4;
/** Milliseconds: a download, a build, and then some hundred shaders compiled on a busy CPU. */
const TIME_LIMIT = 600_000;

const folder = mkdtempSync(join(tmpdir(), 'convscope-engines-'));
let deno: Answer | undefined;
let missing = '';

beforeAll(async () => {
  const tools = await installTools('engines');
  if (tools.missing !== undefined) {
    missing = tools.missing;
    return;
  }
  await buildPackage(join(folder, 'package'));
  const job: Job = {
    dist: join(folder, 'package', 'dist'),
    shaders: Object.values(modules).flatMap((module) => module.kernels.flat().map(shaderJob)),
    // statistics.wgsl is one of two parts; with the other it runs in test/browser/firefox.test.ts.
    modules: Object.entries(views).flatMap(([name, code]) => (/statistics/.test(name) ? [] : [{ name, code }])),
    nets: NETS.map(({ name, unit }) => ({ file: fileOf(name), unit, input: Array.from(picture()) })),
  };
  writeFileSync(join(folder, 'job.json'), JSON.stringify(job));
  const program = join(import.meta.dirname, 'deno.ts');
  const options = ['run', '--allow-all', '--no-check', '--unstable-webgpu', '--unstable-sloppy-imports', '--no-config'];
  await promisify(execFile)(
    binaryIn(tools.folder),
    [...options, program, join(folder, 'job.json'), join(folder, 'answer.json')],
    { env: { ...(await driverEnvironment()), DENO_NO_UPDATE_CHECK: '1' } },
  );
  deno = JSON.parse(readFileSync(join(folder, 'answer.json'), 'utf8'));
  console.log(`Deno computes on: ${deno?.adapter}`);
}, TIME_LIMIT);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What Deno answered, or the end of the test with the reason why it was not asked. */
function answerOr(skip: (reason: string) => never): Answer {
  return deno ?? skip(missing);
}

test('Naga takes every shader', ({ skip }) => {
  const { compiled, refused } = answerOr(skip);
  expect(refused).toEqual([]);
  expect(compiled).toBeGreaterThan(70);
});

describe.each(NETS)('$name in Deno agrees with Dawn', ({ name, unit }) => {
  let dawn: Measured;
  beforeAll(async () => {
    if (!deno) return;
    const model = readSafetensors(new Uint8Array(readFileSync(fileOf(name))));
    dawn = await measure(lib, await testContext(), model, unit, picture());
  });
  const index = NETS.findIndex((net) => net.name === name);

  test('forward, every layer', ({ skip }) => {
    const { forward } = answerOr(skip).nets[index];
    expect(Object.keys(forward)).toEqual(Object.keys(dawn.forward));
    const errors = Object.entries(dawn.forward).map(([layer, want]) => [layer, maxRelative(forward[layer], want)]);
    expect(errors.filter(([, error]) => !(Number(error) <= ONE_PASS))).toEqual([]);
  });

  test('a gradient', ({ skip }) => {
    const { gradient } = answerOr(skip).nets[index];
    expect(dawn.gradient.some((value) => value !== 0)).toBe(true);
    expect(relativeL2(gradient, dawn.gradient)).toBeLessThan(ONE_PASS);
  });

  test(`${STEPS} steps of activation maximization`, ({ skip }) => {
    const { image, climb } = answerOr(skip).nets[index];
    // Two seeds, and the unit rises for both.
    expect(dawn.climb).toHaveLength(2 * STEPS);
    expect(dawn.climb[STEPS - 1]).toBeGreaterThan(dawn.climb[0]);
    expect(maxRelative(climb, dawn.climb)).toBeLessThan(ASCENT);
    expect(relativeL2(image, dawn.image)).toBeLessThan(ASCENT);
  });
});

function fileOf(name: string): string {
  return resolve(import.meta.dirname, '..', '..', 'models', `${name}.safetensors`);
}

/** Noise around the mean, as large as a picture's own deviations. */
function picture(): Float32Array {
  const rng = createRng(1);
  return Float32Array.from({ length: 3 * 64 * 64 }, () => rng.normal() * 50);
}

function shaderJob({ name, wgsl, buffers, uniforms, workgroup, constants, features }: Kernel): ShaderJob {
  const sizes = ['WGX', 'WGY', 'WGZ'].flatMap((axis, i) => (workgroup[i] ? [[axis, workgroup[i]]] : []));
  // An override without a default must be given: any value does, for a shader to be compiled.
  const open = constants.filter((constant) => new RegExp(`override\\s+${constant}\\s*:\\s*\\w+\\s*;`).test(wgsl));
  return {
    name,
    code: wgsl,
    constants: Object.fromEntries([...sizes, ...open.map((constant) => [constant, 1])]),
    buffers: Object.values(buffers),
    uniforms: Object.keys(uniforms).length > 0,
    features,
  };
}

/** Deno's own program: its package's launcher only looks for it. */
function binaryIn(tools: string): string {
  const scope = join(tools, 'node_modules', '@deno');
  const [platform] = readdirSync(scope);
  return join(scope, platform, process.platform === 'win32' ? 'deno.exe' : 'deno');
}
