// dx[o,l,i] = dy[o,i], and with MAX only where x[o,l,i] is the maximum y[o,i]: the gradients of reduction.wgsl.
// x is [outer, L, inner]. One thread per element of dx.
override WGX: u32 = 64u;
override MAX: bool = false;

struct Uniforms { n: u32, L: u32, inner: u32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> y: array<f32>;
@group(0) @binding(2) var<storage, read> dy: array<f32>;
@group(0) @binding(3) var<storage, read_write> dx: array<f32>;
@group(0) @binding(4) var<uniform> u: Uniforms;

@compute @workgroup_size(WGX)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * WGX + id.x;
  if (i >= u.n) { return; }
  let row = i / (u.L * u.inner) * u.inner + i % u.inner;
  var v = dy[row];
  if (MAX) { v = select(0.0, v, x[i] == y[row]); }
  dx[i] = v;
}
