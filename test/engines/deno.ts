// The half of engines.test.ts that runs in Deno: `deno run deno.ts <job> <answer>`, both of them JSON files.
import { readFile, writeFile } from 'node:fs/promises';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { type Measured, measure } from './measure.js';

/** A shader with all that makes a pipeline of it. */
export interface ShaderJob {
  readonly name: string;
  readonly code: string;
  /** Overrides that have no default in the shader. */
  readonly constants: Readonly<Record<string, number>>;
  /** Its storage buffers in order, and whether a uniform block follows. */
  readonly buffers: readonly ('read' | 'write')[];
  readonly uniforms: boolean;
  readonly features: readonly string[];
}

export interface Job {
  /** The built package's `dist`. */
  readonly dist: string;
  readonly shaders: readonly ShaderJob[];
  /** Shaders that draw, which only a view can make pipelines of. */
  readonly modules: readonly { readonly name: string; readonly code: string }[];
  readonly nets: readonly { readonly file: string; readonly unit: string; readonly input: readonly number[] }[];
}

export interface Answer {
  readonly adapter: string;
  readonly compiled: number;
  /** What the compiler said of each shader that it refused. */
  readonly refused: readonly string[];
  readonly nets: readonly Measured[];
}

const [jobFile, answerFile] = process.argv.slice(2);
const job: Job = JSON.parse(await readFile(jobFile, 'utf8'));
const lib: typeof import('convscope') = await import(pathToFileURL(`${job.dist}/index.js`).href);
const importers: typeof import('convscope/importers') = await import(
  pathToFileURL(`${job.dist}/importers/index.js`).href
);

const ctx = await lib.openContext();
const refused: string[] = [];
let compiled = 0;
for (const shader of job.shaders) {
  // A kernel is only chosen where the device has its features. Naga knows no subgroups yet.
  if (!shader.features.every((feature) => ctx.device.features.has(feature))) continue;
  const complaint = await compile(ctx.device, shader);
  compiled++;
  if (complaint) refused.push(`${shader.name}: ${complaint}`);
}
for (const { name, code } of job.modules) {
  ctx.device.pushErrorScope('validation');
  ctx.device.createShaderModule({ code });
  const error = await ctx.device.popErrorScope();
  compiled++;
  if (error) refused.push(`${name}: ${error.message}`);
}
const nets: Measured[] = [];
for (const { file, unit, input } of job.nets) {
  const model = importers.readSafetensors(await readFile(file));
  nets.push(await measure(lib, ctx, model, unit, Float32Array.from(input)));
}
const answer: Answer = { adapter: ctx.adapterName, compiled, refused, nets };
await writeFile(answerFile, JSON.stringify(answer));

/** What is wrong with a shader, if anything. */
async function compile(device: GPUDevice, { code, constants, buffers, uniforms }: ShaderJob): Promise<string> {
  device.pushErrorScope('validation');
  const module = device.createShaderModule({ code });
  const entries = buffers.map((access, binding): GPUBindGroupLayoutEntry => {
    return { binding, visibility: 4, buffer: { type: access === 'read' ? 'read-only-storage' : 'storage' } };
  });
  if (uniforms) entries.push({ binding: entries.length, visibility: 4, buffer: { type: 'uniform' } });
  const layout = device.createPipelineLayout({ bindGroupLayouts: [device.createBindGroupLayout({ entries })] });
  device.createComputePipeline({ layout, compute: { module, entryPoint: 'main', constants } });
  return (await device.popErrorScope())?.message ?? '';
}
