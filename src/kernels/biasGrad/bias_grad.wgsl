// db[k] = Σ_{n,i} dy[n,k,i]: the gradient of anything added once per channel. dy is [N, K, inner].
// One workgroup per channel: each thread sums a strided part, then a tree in workgroup memory (fixed order).
override WGX: u32 = 64u;

struct Uniforms { N: u32, K: u32, inner: u32 }
@group(0) @binding(0) var<storage, read> dy: array<f32>;
@group(0) @binding(1) var<storage, read_write> db: array<f32>;
@group(0) @binding(2) var<uniform> u: Uniforms;
var<workgroup> partial: array<f32, WGX>;

@compute @workgroup_size(WGX)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) t: u32) {
  let k = group.y * groups.x + group.x;
  if (k >= u.K) { return; }
  var sum = 0.0;
  if (u.inner >= WGX) {
    for (var n = 0u; n < u.N; n++) {
      for (var i = t; i < u.inner; i += WGX) { sum += dy[(n * u.K + k) * u.inner + i]; }
    }
  } else {
    // Small maps, or none: the threads share out the whole batch, not each image's few numbers.
    for (var j = t; j < u.N * u.inner; j += WGX) { sum += dy[(j / u.inner * u.K + k) * u.inner + j % u.inner]; }
  }
  partial[t] = sum;
  workgroupBarrier();
  for (var half = WGX / 2u; half > 0u; half /= 2u) {
    if (t < half) { partial[t] += partial[t + half]; }
    workgroupBarrier();
  }
  if (t == 0u) { db[k] = partial[0]; }
}
