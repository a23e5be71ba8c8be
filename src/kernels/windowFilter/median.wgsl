// y[p] = the median of x + mean over the (2r+1)² pixels around p, less the mean; of each channel, edges reflected
// (d c b a | a b c d | d c b a). On steps that `every` does not divide, y = x. NCHW, mean [C,H,W]. One thread per number.
// It is the one value that fewer than half of them are below, and at most half above: found by counting, without sorting.
override WGX: u32 = 64u;

const MOST = 49u; // r = 3

struct Uniforms { n: u32, size: u32, H: i32, W: i32, radius: i32, every: u32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> mean: array<f32>;
@group(0) @binding(2) var<storage, read> step: array<u32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
@group(0) @binding(4) var<uniform> u: Uniforms;

@compute @workgroup_size(WGX)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * WGX + id.x;
  if (i >= u.n) { return; }
  let still = u.radius == 0 || u.every == 0u || step[0] % max(u.every, 1u) != 0u;
  if (still) {
    y[i] = x[i];
    return;
  }
  let column = i32(i) % u.W;
  let row = i32(i) / u.W % u.H;
  let plane = i32(i) - row * u.W - column;
  var values: array<f32, MOST>;
  var count = 0u;
  for (var dy = -u.radius; dy <= u.radius; dy++) {
    for (var dx = -u.radius; dx <= u.radius; dx++) {
      let at = plane + reflect_(row + dy, u.H) * u.W + reflect_(column + dx, u.W);
      values[count] = x[at] + mean[at % i32(u.size)];
      count++;
    }
  }
  var median = values[0];
  for (var j = 0u; j < count; j++) {
    var below = 0u;
    var same = 0u;
    for (var k = 0u; k < count; k++) {
      below += u32(values[k] < values[j]);
      same += u32(values[k] == values[j]);
    }
    if (below <= count / 2u && count / 2u < below + same) { median = values[j]; }
  }
  y[i] = median - mean[i % u.size];
}
