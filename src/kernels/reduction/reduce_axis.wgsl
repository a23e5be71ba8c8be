// y[o,i] = Σ_l x[o,l,i] (or the maximum over l with MAX). x is [outer, L, inner].
// One workgroup per (o, i): threads stride over l and meet in workgroup memory, always in the same order.
override WGX: u32 = 64u;
override MAX: bool = false;

struct Uniforms { outer: u32, L: u32, inner: u32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<uniform> u: Uniforms;
var<workgroup> partial: array<f32, WGX>;

fn join(a: f32, b: f32) -> f32 { return select(a + b, max(a, b), MAX); }

@compute @workgroup_size(WGX)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) t: u32) {
  let row = group.y * groups.x + group.x;
  if (row >= u.outer * u.inner) { return; }
  let first = (row / u.inner) * u.L * u.inner + row % u.inner;
  var all = select(0.0, x[first], MAX);
  for (var l = t; l < u.L; l += WGX) { all = join(all, x[first + l * u.inner]); }
  partial[t] = all;
  workgroupBarrier();
  for (var half = WGX / 2u; half > 0u; half /= 2u) {
    if (t < half) { partial[t] = join(partial[t], partial[t + half]); }
    workgroupBarrier();
  }
  if (t == 0u) { y[row] = partial[0]; }
}
