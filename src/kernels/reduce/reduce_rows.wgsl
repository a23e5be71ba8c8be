// y[n] = Σ_i f(a[n,i], b[n,i]) with f = a (SUM), a² (SQUARES) or (a−b)² (DISTANCE).
// One workgroup per row: strided partial sums, then a tree in workgroup memory, always in the same order.
override WGX: u32 = 256u;
override KIND: u32 = 0u; // 0 SUM, 1 SQUARES, 2 DISTANCE

struct Uniforms { N: u32, size: u32 }
@group(0) @binding(0) var<storage, read> a: array<f32>;
@group(0) @binding(1) var<storage, read> b: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@group(0) @binding(3) var<uniform> u: Uniforms;
var<workgroup> partial: array<f32, WGX>;

@compute @workgroup_size(WGX)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) t: u32) {
  let n = group.y * groups.x + group.x;
  if (n >= u.N) { return; }
  var sum = 0.0;
  for (var i = n * u.size + t; i < (n + 1u) * u.size; i += WGX) {
    var v = a[i];
    if (KIND == 2u) { v -= b[i]; }
    if (KIND != 0u) { v *= v; }
    sum += v;
  }
  partial[t] = sum;
  workgroupBarrier();
  for (var half = WGX / 2u; half > 0u; half /= 2u) {
    if (t < half) { partial[t] += partial[t + half]; }
    workgroupBarrier();
  }
  if (t == 0u) { y[n] = partial[0]; }
}
