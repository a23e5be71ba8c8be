// y = Σ_{|k| ≤ radius} taps[|k|] · x at k pixels along one axis, edges reflected (d c b a | a b c d | d c b a), on steps
// divisible by `every`; on other steps, or with every = 0, y = x. Planes of H×W. One thread per element.
override WGX: u32 = 64u;
override VERTICAL: bool = false;

struct Uniforms { n: u32, H: i32, W: i32, radius: i32, every: u32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> taps: array<f32>;
@group(0) @binding(2) var<storage, read> step: array<u32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
@group(0) @binding(4) var<uniform> u: Uniforms;

// Half-sample symmetric: …, 1, 0, 0, 1, …, n−1, n−1, … however far outside.
fn reflect_(i: i32, n: i32) -> i32 {
  let period = 2 * n;
  let j = ((i % period) + period) % period;
  return select(j, period - 1 - j, j >= n);
}

@compute @workgroup_size(WGX)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * WGX + id.x;
  if (i >= u.n) { return; }
  if (u.every == 0u || step[0] % max(u.every, 1u) != 0u) {
    y[i] = x[i];
    return;
  }
  let size = u.H * u.W;
  let plane = i32(i) / size * size;
  let row = (i32(i) - plane) / u.W;
  let col = (i32(i) - plane) % u.W;
  var sum = taps[0] * x[i];
  for (var k = 1; k <= u.radius; k++) {
    var before: i32;
    var after: i32;
    if (VERTICAL) {
      before = reflect_(row - k, u.H) * u.W + col;
      after = reflect_(row + k, u.H) * u.W + col;
    } else {
      before = row * u.W + reflect_(col - k, u.W);
      after = row * u.W + reflect_(col + k, u.W);
    }
    sum += taps[k] * (x[plane + before] + x[plane + after]);
  }
  y[i] = sum;
}
