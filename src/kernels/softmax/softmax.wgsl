// y[o,l,i] = exp(x[o,l,i] − max_l x) / Σ_l exp(x − max). x is [outer, L, inner].
// One workgroup per (o, i): threads stride over l, maxima and sums meet in workgroup memory in a fixed order.
override WGX: u32 = 64u;

struct Uniforms { outer: u32, L: u32, inner: u32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<uniform> u: Uniforms;
var<workgroup> partial: array<f32, WGX>;

@compute @workgroup_size(WGX)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) t: u32) {
  let row = group.y * groups.x + group.x;
  if (row >= u.outer * u.inner) { return; }
  let first = (row / u.inner) * u.L * u.inner + row % u.inner;

  var most = x[first];
  for (var l = t; l < u.L; l += WGX) { most = max(most, x[first + l * u.inner]); }
  partial[t] = most;
  workgroupBarrier();
  for (var half = WGX / 2u; half > 0u; half /= 2u) {
    if (t < half) { partial[t] = max(partial[t], partial[t + half]); }
    workgroupBarrier();
  }
  most = partial[0];
  workgroupBarrier();

  var sum = 0.0;
  for (var l = t; l < u.L; l += WGX) { sum += exp(x[first + l * u.inner] - most); }
  partial[t] = sum;
  workgroupBarrier();
  for (var half = WGX / 2u; half > 0u; half /= 2u) {
    if (t < half) { partial[t] += partial[t + half]; }
    workgroupBarrier();
  }
  sum = partial[0];
  for (var l = t; l < u.L; l += WGX) { y[first + l * u.inner] = exp(x[first + l * u.inner] - most) / sum; }
}
