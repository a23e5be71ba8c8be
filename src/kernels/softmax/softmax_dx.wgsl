// dx = y · (dy − Σ_l dy·y). y and dy are [outer, L, inner]. One workgroup per (o, i), as in softmax.wgsl.
override WGX: u32 = 64u;

struct Uniforms { outer: u32, L: u32, inner: u32 }
@group(0) @binding(0) var<storage, read> y: array<f32>;
@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read_write> dx: array<f32>;
@group(0) @binding(3) var<uniform> u: Uniforms;
var<workgroup> partial: array<f32, WGX>;

@compute @workgroup_size(WGX)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) t: u32) {
  let row = group.y * groups.x + group.x;
  if (row >= u.outer * u.inner) { return; }
  let first = (row / u.inner) * u.L * u.inner + row % u.inner;
  var sum = 0.0;
  for (var l = t; l < u.L; l += WGX) { sum += dy[first + l * u.inner] * y[first + l * u.inner]; }
  partial[t] = sum;
  workgroupBarrier();
  for (var half = WGX / 2u; half > 0u; half /= 2u) {
    if (t < half) { partial[t] += partial[t + half]; }
    workgroupBarrier();
  }
  sum = partial[0];
  for (var l = t; l < u.L; l += WGX) {
    let i = first + l * u.inner;
    dx[i] = y[i] * (dy[i] - sum);
  }
}
