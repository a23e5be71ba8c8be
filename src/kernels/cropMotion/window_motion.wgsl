// theta'[n] = theta[n] ∘ M: of what theta makes, H×W, a window of P×Q is cut out, as it is. y(p) = x(p + d) about the centres, with
// d = o − (H−P, W−Q)/2 and the window's first row and column o = ⌊clamp((½ + spread·r)·(H−P, W−Q), 0, (H−P, W−Q))⌋.
// theta [N,6] as affine_sample.wgsl has it, r [N,2], normal. One thread per image.
override WGX: u32 = 64u;

struct Uniforms { N: u32, H: f32, W: f32, P: f32, Q: f32, spread: f32 }
@group(0) @binding(0) var<storage, read> theta: array<f32>;
@group(0) @binding(1) var<storage, read> place: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@group(0) @binding(3) var<uniform> u: Uniforms;

@compute @workgroup_size(WGX)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let n = id.y * groups.x * WGX + id.x;
  if (n >= u.N) { return; }
  let free = vec2f(u.H - u.P, u.W - u.Q);
  let r = vec2f(place[2u * n], place[2u * n + 1u]);
  let d = floor(clamp((0.5 + u.spread * r) * free, vec2f(), free)) - 0.5 * free;
  for (var row = 0u; row < 2u; row++) {
    let i = 6u * n + 3u * row;
    let before = vec2f(theta[i], theta[i + 1u]);
    y[i] = before.x;
    y[i + 1u] = before.y;
    y[i + 2u] = dot(before, d) + theta[i + 2u];
  }
}
