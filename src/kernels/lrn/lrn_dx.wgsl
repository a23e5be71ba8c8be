// dx = dy · s^−β − 2aβ · x · Σ t over the window, with s from lrn_scale.wgsl and t from lrn_term.wgsl.
// x is [N, C, H, W]. One thread per element.
override WGX: u32 = 64u;

struct Uniforms { n: u32, C: i32, H: i32, W: i32, hc: i32, hh: i32, hw: i32, a: f32, beta: f32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> s: array<f32>;
@group(0) @binding(2) var<storage, read> t: array<f32>;
@group(0) @binding(3) var<storage, read> dy: array<f32>;
@group(0) @binding(4) var<storage, read_write> dx: array<f32>;
@group(0) @binding(5) var<uniform> u: Uniforms;

@compute @workgroup_size(WGX)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * WGX + id.x;
  if (i >= u.n) { return; }
  let w = i32(i) % u.W;
  let h = (i32(i) / u.W) % u.H;
  let c = (i32(i) / (u.W * u.H)) % u.C;
  let image = i32(i) / (u.W * u.H * u.C) * u.C;
  var sum = 0.0;
  for (var cc = max(c - u.hc, 0); cc <= min(c + u.hc, u.C - 1); cc++) {
    for (var hh = max(h - u.hh, 0); hh <= min(h + u.hh, u.H - 1); hh++) {
      for (var ww = max(w - u.hw, 0); ww <= min(w + u.hw, u.W - 1); ww++) {
        sum += t[((image + cc) * u.H + hh) * u.W + ww];
      }
    }
  }
  dx[i] = dy[i] * pow(s[i], -u.beta) - 2.0 * u.a * u.beta * x[i] * sum;
}
