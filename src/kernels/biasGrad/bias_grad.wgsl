// db[k] = Σ_{n,i} dy[n,k,i]: the gradient of anything added once per channel. dy is [N, K, inner].
// A row is one channel, shared as rows.wgsl says.
struct Uniforms { N: u32, K: u32, inner: u32 }
@group(0) @binding(0) var<storage, read> dy: array<f32>;
@group(0) @binding(1) var<storage, read_write> db: array<f32>;
@group(0) @binding(2) var<uniform> u: Uniforms;

@compute @workgroup_size(WGX)
fn main(t: Thread) {
  let row = rowOf(t);
  let k = min(row, u.K - 1u);
  var sum = 0.0;
  if (u.inner >= LANES) {
    for (var n = 0u; n < u.N; n++) {
      for (var i = laneOf(t); i < u.inner; i += LANES) { sum += dy[(n * u.K + k) * u.inner + i]; }
    }
  } else {
    // Small maps, or none: the threads share out the whole batch, not each image's few numbers.
    for (var j = laneOf(t); j < u.N * u.inner; j += LANES) { sum += dy[(j / u.inner * u.K + k) * u.inner + j % u.inner]; }
  }
  sum = total(t, sum);
  if (laneOf(t) == 0u && row < u.K) { db[row] = sum; }
}
