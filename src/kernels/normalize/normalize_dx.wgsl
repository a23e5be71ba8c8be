// The gradient of normalize.wgsl, KIND as there:
//   dx = (dy − mean(dy) − y · Σ(dy·y) · f) / d, without the mean for KIND 3 and without the last term for KIND 2,
// where f is 1/L for KIND 0, d/(L·(d − eps)) for KIND 1, and 1 for KIND 3. y, dy and dx are rows [R, L]. Rows are shared as rows.wgsl says.
override KIND: u32 = 0u;

struct Uniforms { R: u32, L: u32, eps: f32 }
@group(0) @binding(0) var<storage, read> y: array<f32>;
@group(0) @binding(1) var<storage, read> d: array<f32>;
@group(0) @binding(2) var<storage, read> dy: array<f32>;
@group(0) @binding(3) var<storage, read_write> dx: array<f32>;
@group(0) @binding(4) var<uniform> u: Uniforms;

@compute @workgroup_size(WGX)
fn main(t: Thread) {
  let row = rowOf(t);
  let own = min(row, u.R - 1u);
  let first = own * u.L;
  let count = f32(u.L);
  var sum = 0.0;
  var product = 0.0;
  for (var l = laneOf(t); l < u.L; l += LANES) {
    sum += dy[first + l];
    product += dy[first + l] * y[first + l];
  }
  let mean = select(total(t, sum) / count, 0.0, KIND == 3u);
  var along = total(t, product);
  let by = d[own];
  if (KIND == 0u) { along /= count; }
  if (KIND == 1u) { along *= by / (count * max(by - u.eps, 1e-30)); }
  if (KIND == 2u) { along = 0.0; }
  if (row >= u.R) { return; }
  for (var l = laneOf(t); l < u.L; l += LANES) {
    dx[first + l] = (dy[first + l] - mean - y[first + l] * along) / by;
  }
}
