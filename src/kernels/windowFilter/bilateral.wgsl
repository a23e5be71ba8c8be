// y[p] = Σ_q w·x[q] / Σ_q w over a window around p, with w = exp(−|p − q|²/2σ² − |v(p) − v(q)|²/2ρ²) and v = x + mean, its distance
// over all channels: what lies beyond an edge counts little. Edges reflected (d c b a | a b c d | d c b a). Radius ⌈2σ⌉.
// On steps that `every` does not divide, y = x. NCHW, mean [C,H,W]. One thread per four channels of a pixel.
override WGX: u32 = 64u;

struct Uniforms { n: u32, C: u32, H: i32, W: i32, sigma: f32, rho: f32, every: u32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> mean: array<f32>;
@group(0) @binding(2) var<storage, read> step: array<u32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
@group(0) @binding(4) var<uniform> u: Uniforms;

@compute @workgroup_size(WGX)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * WGX + id.x;
  if (i >= u.n) { return; }
  let plane = u32(u.H * u.W);
  let blocks = (u.C + 3u) / 4u;
  let own = i % plane;
  let image = i / plane / blocks * u.C * plane;
  let first = i / plane % blocks * 4u;
  let still = u.every == 0u || step[0] % max(u.every, 1u) != 0u;
  let radius = select(i32(ceil(2.0 * u.sigma)), 0, still);
  // Without a width only the pixel itself counts.
  let near = -0.5 / max(u.sigma * u.sigma, 1e-6);
  let alike = -0.5 / max(u.rho * u.rho, 1e-6);
  var sum = vec4f();
  var weights = 0.0;
  for (var dy = -radius; dy <= radius; dy++) {
    for (var dx = -radius; dx <= radius; dx++) {
      let at = u32(reflect_(i32(own) / u.W + dy, u.H) * u.W + reflect_(i32(own) % u.W + dx, u.W));
      var distance = 0.0;
      for (var c = 0u; c < u.C; c++) {
        let d = x[image + c * plane + at] + mean[c * plane + at] - x[image + c * plane + own] - mean[c * plane + own];
        distance += d * d;
      }
      let w = exp(near * f32(dy * dy + dx * dx) + alike * distance);
      for (var k = 0u; k < min(u.C - first, 4u); k++) {
        let c = (first + k) * plane;
        sum[k] += w * (x[image + c + at] + mean[c + at]);
      }
      weights += w;
    }
  }
  for (var k = 0u; k < min(u.C - first, 4u); k++) {
    let c = (first + k) * plane;
    let there = image + c + own;
    y[there] = select(sum[k] / weights - mean[c + own], x[there], still);
  }
}
