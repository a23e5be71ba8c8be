// g[h,w] = ∂/∂x[h,w] Σ (dx² + dy² + ε)^(β/2) = f[h,w−1]·dx[h,w−1] + f[h−1,w]·dy[h−1,w] − f[h,w]·(dx[h,w] + dy[h,w]), where
// f = β·(dx² + dy² + ε)^(β/2−1). Differences as in total_variation.wgsl. NCHW. One thread per pixel.
override WGX: u32 = 64u;

struct Uniforms { n: u32, H: u32, W: u32, beta: f32, smooth_: f32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> g: array<f32>;
@group(0) @binding(2) var<uniform> u: Uniforms;

// f·(dx, dy) of a pixel.
fn flow(i: u32) -> vec2f {
  var d = vec2f();
  if (i % u.W + 1u < u.W) { d.x = x[i + 1u] - x[i]; }
  if (i / u.W % u.H + 1u < u.H) { d.y = x[i + u.W] - x[i]; }
  return d * (u.beta * pow(dot(d, d) + u.smooth_, 0.5 * u.beta - 1.0));
}

@compute @workgroup_size(WGX)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * WGX + id.x;
  if (i >= u.n) { return; }
  let own = flow(i);
  var sum = -own.x - own.y;
  if (i % u.W > 0u) { sum += flow(i - 1u).x; }
  if (i / u.W % u.H > 0u) { sum += flow(i - u.W).y; }
  g[i] = sum;
}
