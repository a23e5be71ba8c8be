// y[o,j,i] = Σ_t weight[j,t] · x[o, at[j,t], i]: each index j of one axis made from `taps` indices of x; at < 0 stands for
// the number `fill`. x is [outer, L, inner], y [outer, J, inner]. One thread per element of y.
override WGX: u32 = 64u;

struct Uniforms { n: u32, L: u32, J: u32, inner: u32, taps: u32, fill: f32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> at: array<f32>;
@group(0) @binding(2) var<storage, read> weight: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
@group(0) @binding(4) var<uniform> u: Uniforms;

@compute @workgroup_size(WGX)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * WGX + id.x;
  if (i >= u.n) { return; }
  let j = i / u.inner % u.J;
  let first = i / (u.inner * u.J) * u.L * u.inner + i % u.inner;
  var sum = 0.0;
  for (var t = 0u; t < u.taps; t++) {
    let from_ = i32(at[j * u.taps + t]);
    var v = u.fill;
    if (from_ >= 0) { v = x[first + u32(from_) * u.inner]; }
    sum += weight[j * u.taps + t] * v;
  }
  y[i] = sum;
}
