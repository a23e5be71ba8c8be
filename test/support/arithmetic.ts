// What an adapter computes for a few hundred numbers. Two machines can have an adapter of one name and different bits: the
// driver compiles for the processor that it finds.
import { createHash } from 'node:crypto';
import type { Context } from '../../src/gpu/context.js';
import { COPY_SRC, STORAGE } from '../../src/gpu/flags.js';
import { createReadback } from '../../src/gpu/readback.js';

const COUNT = 512;
const SHADER = `
@group(0) @binding(0) var<storage, read_write> y: array<f32>;
@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  let x = (f32(i) + 0.37) / 61.0;
  var sum = 0.0;
  for (var k = 1u; k < 9u; k++) { sum += x * f32(k) / 3.0 + sum * 0.1; }
  let v = array(exp(-x), log(x), sqrt(x), inverseSqrt(x), pow(x, 0.75), 1.0 / x, x / 3.7, fma(x, x, -x / 7.0), tanh(x), sum);
  for (var k = 0u; k < 10u; k++) { y[i * 10u + k] = v[k]; }
}`;

/** A hash of the adapter's results for exp, log, pow, division, sums and the like, and of the host's for sines and logarithms. */
export async function arithmeticOf(ctx: Context): Promise<string> {
  const { device } = ctx;
  const size = COUNT * 10 * 4;
  const storage = device.createBuffer({ size, usage: STORAGE | COPY_SRC });
  const module = device.createShaderModule({ code: SHADER });
  const pipeline = await device.createComputePipelineAsync({ layout: 'auto', compute: { module } });
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  const entries = [{ binding: 0, resource: { buffer: storage } }];
  pass.setBindGroup(0, device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }));
  pass.dispatchWorkgroups(COUNT / 64);
  pass.end();
  device.queue.submit([encoder.finish()]);
  const readback = createReadback(ctx, 'arithmetic', size);
  const hash = createHash('sha256').update(new Uint8Array(await readback.read(storage)));
  hash.update(Float64Array.from({ length: COUNT }, (_, i) => Math.sin(i) + Math.log(i + 1) + Math.exp(i / 99)));
  readback.dispose();
  storage.destroy();
  return hash.digest('hex').slice(0, 16);
}
