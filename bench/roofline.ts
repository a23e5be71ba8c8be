// Measures what the adapter can do at best, in the same run: multiply-adds in registers, copying, and the best 1024³ matrix
// product. The last is the practical limit of a convolution.
import type { Context } from '../src/gpu/context.js';
import { COPY_DST, STORAGE, UNIFORM } from '../src/gpu/flags.js';

export interface Roofline {
  /** f32 GFLOP/s. A multiply-add counts as two. */
  readonly peak: number;
  /** GB/s, read plus written. */
  readonly copy: number;
  /** GFLOP/s of each tried matrix product, best first. */
  readonly matmul: readonly { readonly variant: string; readonly gflops: number }[];
}

/** A reference task at full speed. It runs in alternation with a case, because a machine's speed may change within minutes. */
export interface Yardstick {
  /** Operations or bytes of one run. */
  readonly work: number;
  run(): Promise<void>;
}

export interface Limits {
  readonly roofline: Roofline;
  /** The best matrix product, and copying. Their buffers are kept as long as the device. */
  readonly yardsticks: Readonly<Record<'matmul' | 'copy', Yardstick>>;
}

const ROUNDS = 7;
const N = 1024;

interface Probe {
  readonly name: string;
  /** Operations or bytes of one run. */
  readonly work: number;
  readonly code: string;
  readonly groups: readonly [number, number];
  readonly bytes: readonly number[];
}

/** Runs the measurement, which takes a few seconds on a software adapter. */
export async function limitsOf(ctx: Context): Promise<Limits> {
  const { software, subgroupSize } = ctx.traits;
  const scale = software ? 1 : 16;
  const copied = software ? 64 << 20 : 256 << 20;
  const threads = copied / 16 / 4;
  const [peak, copy] = await rate(ctx, [
    peakProbe(scale),
    {
      name: 'copy',
      work: 2 * copied,
      code: COPY,
      groups: [Math.min(65535, threads / 64), Math.ceil(threads / 64 / 65535)],
      bytes: [copied, copied],
    },
  ]);
  const products = await rate(ctx, [
    ...(subgroupSize > 0 ? [subgroupProduct(subgroupSize, 4), subgroupProduct(subgroupSize, 8)] : []),
    tiledProduct(4),
    tiledProduct(8),
  ]);
  products.sort((a, b) => b.perSecond - a.perSecond);
  const [product, ...slower] = products;
  for (const { free } of [peak, ...slower]) free();
  return {
    roofline: {
      peak: peak.perSecond / 1e9,
      copy: copy.perSecond / 1e9,
      matmul: products.map(({ name, perSecond }) => ({ variant: name, gflops: perSecond / 1e9 })),
    },
    yardsticks: { matmul: product, copy },
  };
}

interface Rated extends Yardstick {
  readonly name: string;
  readonly perSecond: number;
  free(): void;
}

/** Work per second of each probe: the best of several alternating rounds. */
async function rate(ctx: Context, probes: readonly Probe[]): Promise<Rated[]> {
  const { device } = ctx;
  const ready: (Omit<Rated, 'perSecond'> & { best: number })[] = [];
  for (const { name, code, bytes, groups, work } of probes) {
    const uniform = device.createBuffer({ size: 16, usage: UNIFORM | COPY_DST });
    device.queue.writeBuffer(uniform, 0, new Uint32Array([N, N, N, 0]));
    const module = device.createShaderModule({ label: name, code });
    const pipeline = await device.createComputePipelineAsync({ layout: 'auto', compute: { module } });
    const buffers = [...bytes.map((size) => device.createBuffer({ size, usage: STORAGE | COPY_DST })), uniform];
    const bindGroup = device.createBindGroup({
      layout: pipeline.getBindGroupLayout(0),
      entries: buffers.map((buffer, binding) => ({ binding, resource: { buffer } })),
    });
    const run = async () => {
      const encoder = device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, bindGroup);
      pass.dispatchWorkgroups(...groups);
      pass.end();
      device.queue.submit([encoder.finish()]);
      await device.queue.onSubmittedWorkDone();
    };
    const free = () => {
      for (const buffer of buffers) buffer.destroy();
    };
    await run();
    ready.push({ name, work, run, free, best: Number.POSITIVE_INFINITY });
  }
  for (let round = 0; round < ROUNDS; round++) {
    for (const r of ready) {
      const start = performance.now();
      await r.run();
      r.best = Math.min(r.best, performance.now() - start);
    }
  }
  return ready.map(({ best, ...r }) => ({ ...r, perSecond: (r.work / best) * 1000 }));
}

const COPY = `
struct U { M: u32, N: u32, K: u32 }
@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(2) var<uniform> u: U;
@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let n = arrayLength(&x) + 0u * u.N;
  let stride = groups.x * groups.y * 64u;
  for (var i = id.y * groups.x * 64u + id.x; i < n; i += stride) { y[i] = x[i]; }
}`;

/** Independent chains of multiply-adds, enough to hide their latency. */
function peakProbe(scale: number): Probe {
  const turns = 2048;
  const chains = 8;
  const threads = 2048 * 16 * scale;
  const each = (f: (i: number) => string) => Array.from({ length: chains }, (_, i) => f(i)).join(' ');
  return {
    name: 'peak',
    work: threads * turns * chains * 4 * 2,
    groups: [threads / 64, 1],
    bytes: [threads * 4],
    code: `
struct U { M: u32, N: u32, K: u32 }
@group(0) @binding(0) var<storage, read_write> y: array<f32>;
@group(0) @binding(1) var<uniform> u: U;
@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
  let m = vec4f(f32(id.x) * 1e-9 + 0.999);
  let c = vec4f(f32(u.N) * 1e-6);
  ${each((i) => `var a${i} = vec4f(f32(id.x + ${i}u));`)}
  for (var t = 0u; t < ${turns}u; t++) { ${each((i) => `a${i} = fma(a${i}, m, c);`)} }
  y[id.x] = dot(${Array.from({ length: chains }, (_, i) => `a${i}`).join(' + ')}, vec4f(1.0));
}`,
  };
}

const PRODUCT_HEAD = `
struct U { M: u32, N: u32, K: u32 }
@group(0) @binding(0) var<storage, read> a: array<vec4f>; // [M/R][K][R], packed
@group(0) @binding(1) var<storage, read> b: array<f32>;   // [K][N]
@group(0) @binding(2) var<storage, read_write> c: array<f32>;
@group(0) @binding(3) var<uniform> u: U;`;

/** Subgroup broadcast: 16 rows and `pixels` columns per lane, no workgroup memory. */
function subgroupProduct(lanes: number, pixels: number): Probe {
  const quads = pixels / 4;
  const rows = 16;
  const lines: string[] = [];
  for (let k = 0; k < 4; k++) {
    for (let q = 0; q < quads; q++) {
      const at = [0, 1, 2, 3].map((j) => `b[first + ${(4 * q + j) * lanes}u + o]`).join(', ');
      lines.push(`let v${k}${q} = vec4f(${at});`);
    }
    lines.push(`let m${k} = a[at + ${4 * k}u];`);
    for (let r = 0; r < 4; r++) lines.push(`let w${k}${r} = subgroupBroadcast(m${k}, ${r}u);`);
    for (let r = 0; r < rows; r++) {
      for (let q = 0; q < quads; q++) lines.push(`s${r}_${q} += w${k}${r >> 2}.${'xyzw'[r & 3]} * v${k}${q};`);
    }
    lines.push('o += u.N;');
  }
  const all = (f: (r: number, q: number) => string) =>
    Array.from({ length: rows * quads }, (_, i) => f(Math.floor(i / quads), i % quads)).join('\n');
  return {
    name: `subgroup broadcast, 16×${pixels} a lane`,
    work: 2 * N ** 3,
    groups: [N / (pixels * lanes), N / rows],
    bytes: [N * N * 4, N * N * 4, N * N * 4],
    code: `enable subgroups;${PRODUCT_HEAD}
@compute @workgroup_size(${lanes}) fn main(@builtin(workgroup_id) group: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let first = group.x * ${pixels * lanes}u + lane;
  var at = group.y * u.K * 4u + (lane & 3u);
  var o = 0u;
  ${all((r, q) => `var s${r}_${q} = vec4f();`)}
  for (var t = u.K / 4u; t > 0u; t--) { ${lines.join('\n')} at += 16u; }
  ${all((r, q) =>
    [0, 1, 2, 3]
      .map((j) => `c[(group.y * 16u + ${r}u) * u.N + first + ${(4 * q + j) * lanes}u] = s${r}_${q}.${'xyzw'[j]};`)
      .join('\n'),
  )}
}`,
  };
}

/** Tiles in workgroup memory: 16×16 threads with `each`×`each` results, the textbook kernel for GPUs. */
function tiledProduct(each: number): Probe {
  const tile = 16 * each;
  const deep = 16;
  const quads = each / 4;
  const loads = (tile * deep) / 4 / 256;
  return {
    name: `workgroup tiles ${tile}×${tile}, ${each}×${each} a thread`,
    work: 2 * N ** 3,
    groups: [N / tile, N / tile],
    bytes: [N * N * 4, N * N * 4, N * N * 4],
    code: `
struct U { M: u32, N: u32, K: u32 }
@group(0) @binding(0) var<storage, read> a: array<vec4f>; // [K][M]
@group(0) @binding(1) var<storage, read> b: array<vec4f>; // [K][N]
@group(0) @binding(2) var<storage, read_write> c: array<vec4f>;
@group(0) @binding(3) var<uniform> u: U;
var<workgroup> A: array<vec4f, ${(tile * deep) / 4}>;
var<workgroup> B: array<vec4f, ${(tile * deep) / 4}>;
@compute @workgroup_size(16, 16) fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) t: u32) {
  let tx = t % 16u; let ty = t / 16u;
  var s: array<array<vec4f, ${quads}>, ${each}>;
  for (var k0 = 0u; k0 < u.K; k0 += ${deep}u) {
    for (var l = 0u; l < ${loads}u; l++) {
      let i = t + l * 256u; let k = i / ${tile / 4}u; let m = i % ${tile / 4}u;
      A[i] = a[(k0 + k) * (u.M / 4u) + group.y * ${tile / 4}u + m];
      B[i] = b[(k0 + k) * (u.N / 4u) + group.x * ${tile / 4}u + m];
    }
    workgroupBarrier();
    for (var k = 0u; k < ${deep}u; k++) {
      ${Array.from({ length: quads }, (_, q) => `let b${q} = B[k * ${tile / 4}u + ${q * 16}u + tx]; let a${q} = A[k * ${tile / 4}u + ty * ${quads}u + ${q}u];`).join('\n')}
      ${Array.from({ length: each * quads }, (_, i) => `s[${Math.floor(i / quads)}][${i % quads}] += a${Math.floor(i / quads) >> 2}[${Math.floor(i / quads) & 3}] * b${i % quads};`).join('\n')}
    }
    workgroupBarrier();
  }
  for (var r = 0u; r < ${each}u; r++) {
    ${Array.from({ length: quads }, (_, q) => `c[(group.y * ${tile}u + ty * ${each}u + r) * (u.N / 4u) + group.x * ${tile / 4}u + ${q * 16}u + tx] = s[r][${q}];`).join('\n')}
  }
}`,
  };
}
