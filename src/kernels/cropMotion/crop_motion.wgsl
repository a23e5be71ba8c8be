// theta'[n] = theta[n] ∘ M: of what theta makes, H×W, a box is cut out and resized to P×Q. y(p) = x(M·p), with M·p = d + (s·H/P, s·W/Q)·p
// about the centres, (row, column) in pixels. The box has a share s of each side and its centre at ½ + `wander`·(a, b) of it, with
// s = clamp(mean + spread·r, least, most). The mean goes from `from_` to `to` in `over` steps.
// theta [N,6] as affine_sample.wgsl has it; side [N], r from 0 to below 1 if UNIFORM (then 2r − 1 counts), else normal; centre [N,2],
// normal. One thread per image.
override WGX: u32 = 64u;
override UNIFORM: bool = false;

struct Uniforms {
  N: u32,
  H: f32, W: f32, P: f32, Q: f32,
  from_: f32, to: f32, over: f32, spread: f32, least: f32, most: f32, wander: f32,
}
@group(0) @binding(0) var<storage, read> theta: array<f32>;
@group(0) @binding(1) var<storage, read> side: array<f32>;
@group(0) @binding(2) var<storage, read> centre: array<f32>;
@group(0) @binding(3) var<storage, read> step: array<u32>;
@group(0) @binding(4) var<storage, read_write> y: array<f32>;
@group(0) @binding(5) var<uniform> u: Uniforms;

@compute @workgroup_size(WGX)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let n = id.y * groups.x * WGX + id.x;
  if (n >= u.N) { return; }
  let mean = mix(u.from_, u.to, min(f32(step[0]) / max(u.over, 1.0), 1.0));
  let r = select(side[n], 2.0 * side[n] - 1.0, UNIFORM);
  let s = clamp(mean + u.spread * r, u.least, u.most);
  let zoom = s * vec2f(u.H / u.P, u.W / u.Q);
  let d = u.wander * vec2f(centre[2u * n] * u.H, centre[2u * n + 1u] * u.W);
  for (var row = 0u; row < 2u; row++) {
    let i = 6u * n + 3u * row;
    let before = vec2f(theta[i], theta[i + 1u]);
    y[i] = before.x * zoom.x;
    y[i + 1u] = before.y * zoom.y;
    y[i + 2u] = dot(before, d) + theta[i + 2u];
  }
}
