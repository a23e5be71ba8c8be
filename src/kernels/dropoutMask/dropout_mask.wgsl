// y = x / (1 − ratio) where a number drawn for the element and the step is at least ratio, else 0. One thread per element.
// The draw is a hash (PCG, Jarzynski & Olano 2020) of seed, step and element, so that a step can be taken again exactly,
// and its backward pass finds the same mask.
override WGX: u32 = 64u;

struct Uniforms { n: u32, seed: u32, ratio: f32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> step: array<u32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@group(0) @binding(3) var<uniform> u: Uniforms;

fn hash(v: u32) -> u32 {
  let state = v * 747796405u + 2891336453u;
  let word = ((state >> ((state >> 28u) + 4u)) ^ state) * 277803737u;
  return (word >> 22u) ^ word;
}

@compute @workgroup_size(WGX)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * WGX + id.x;
  if (i >= u.n) { return; }
  let drawn = hash(i ^ hash(step[0] ^ hash(u.seed)));
  let chance = f32(drawn >> 8u) / 16777216.0;
  y[i] = select(0.0, x[i] / (1.0 - u.ratio), chance >= u.ratio);
}
