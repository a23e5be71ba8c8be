// theta'[n] = theta[n] ∘ M: what is first moved by theta is then flipped, zoomed by s, turned by φ and shifted by d, all of them drawn.
// y(p) = x(M·p) with M·p = F·R(−φ)·(p − d)/s about the centre, (row, column) in pixels; F mirrors columns. φ turns counterclockwise.
// theta [N,6] as affine_sample.wgsl has it, draws [N,5] from 0 to below 1: row, column, zoom, angle, flip. One thread per image.
override WGX: u32 = 64u;
override WHOLE: bool = false; // shifts by whole pixels
override LOG: bool = false; // zooms by equal factors alike, not by equal differences

struct Uniforms { N: u32, shiftY: f32, shiftX: f32, low: f32, high: f32, angle: f32, flip: f32 }
@group(0) @binding(0) var<storage, read> theta: array<f32>;
@group(0) @binding(1) var<storage, read> draws: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@group(0) @binding(3) var<uniform> u: Uniforms;

fn shift(drawn: f32, most: f32) -> f32 {
  if (WHOLE) { return floor(drawn * (2.0 * floor(most) + 1.0)) - floor(most); }
  return (2.0 * drawn - 1.0) * most;
}

@compute @workgroup_size(WGX)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let n = id.y * groups.x * WGX + id.x;
  if (n >= u.N) { return; }
  let d = vec2f(shift(draws[5u * n], u.shiftY), shift(draws[5u * n + 1u], u.shiftX));
  let part = draws[5u * n + 2u];
  var s = mix(u.low, u.high, part);
  if (LOG) { s = u.low * pow(u.high / u.low, part); }
  let phi = radians((2.0 * draws[5u * n + 3u] - 1.0) * u.angle);
  let mirror = select(1.0, -1.0, draws[5u * n + 4u] < u.flip);
  // Rows of M.
  let toY = vec2f(cos(phi), sin(phi)) / s;
  let toX = vec2f(-sin(phi), cos(phi)) / s * mirror;
  let t = -vec2f(dot(toY, d), dot(toX, d));
  for (var row = 0u; row < 2u; row++) {
    let i = 6u * n + 3u * row;
    let before = vec2f(theta[i], theta[i + 1u]);
    y[i] = dot(before, vec2f(toY.x, toX.x));
    y[i + 1u] = dot(before, vec2f(toY.y, toX.y));
    y[i + 2u] = dot(before, t) + theta[i + 2u];
  }
}
