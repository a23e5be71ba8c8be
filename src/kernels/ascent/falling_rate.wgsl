// y[row] = rate · (1 − fall · step / (last + 1)): a rate that falls linearly while a run goes on. One thread per row.
override WGX: u32 = 64u;

struct Uniforms { n: u32, rate: f32, fall: f32, last: u32 }
@group(0) @binding(0) var<storage, read> step: array<u32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<uniform> u: Uniforms;

@compute @workgroup_size(WGX)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * WGX + id.x;
  if (i >= u.n) { return; }
  y[i] = u.rate * (1.0 - u.fall * f32(step[0]) / f32(u.last + 1u));
}
