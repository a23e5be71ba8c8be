// y = Σ_{|k| ≤ r} w_k · x at k pixels along one axis, w_k = exp(−k²/2σ²) / Σ, r = ⌊4σ + ½⌋, edges reflected (d c b a | a b c d | d c b a),
// with a σ of its own for each image: low + (high − low)·draw. Planes of H×W, draws [N]. One thread per pixel.
// The same weights lead from a pixel to another and back, also by way of the border: the gradient is the blur itself.
override WGX: u32 = 64u;
override VERTICAL: bool = false;

struct Uniforms { n: u32, size: u32, H: i32, W: i32, low: f32, high: f32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> draws: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@group(0) @binding(3) var<uniform> u: Uniforms;

@compute @workgroup_size(WGX)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * WGX + id.x;
  if (i >= u.n) { return; }
  let sigma = mix(u.low, u.high, draws[i / u.size]);
  let radius = i32(floor(4.0 * sigma + 0.5));
  let column = i32(i) % u.W;
  let row = i32(i) / u.W % u.H;
  let first = i32(i) - row * u.W - column;
  var sum = 0.0;
  var weights = 0.0;
  for (var k = -radius; k <= radius; k++) {
    // Without a radius k is 0, and σ may be.
    let weight = exp(-0.5 * f32(k * k) / max(sigma * sigma, 1e-6));
    let at = select(row * u.W + reflect_(column + k, u.W), reflect_(row + k, u.H) * u.W + column, VERTICAL);
    sum += weight * x[first + at];
    weights += weight;
  }
  y[i] = sum / weights;
}
