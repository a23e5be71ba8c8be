// Where backward starts, from one channel of x [N, C, inner]: y = x on that channel (mode 0), 1 where it has its maximum
// `top` [N, C] (mode 1), or 1 throughout it (mode 2); 0 on all other channels. One thread per element.
override WGX: u32 = 64u;

struct Uniforms { n: u32, C: u32, inner: u32, channel: u32, mode: u32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> top: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@group(0) @binding(3) var<uniform> u: Uniforms;

@compute @workgroup_size(WGX)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * WGX + id.x;
  if (i >= u.n) { return; }
  let plane = i / u.inner;
  var seed = 0.0;
  if (plane % u.C == u.channel) {
    if (u.mode == 0u) { seed = x[i]; }
    if (u.mode == 1u && x[i] == top[plane]) { seed = 1.0; }
    if (u.mode == 2u) { seed = 1.0; }
  }
  y[i] = seed;
}
