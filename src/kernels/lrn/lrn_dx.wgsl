// dx = dy · s^−β − 2aβ · x · Σ t over the window, with s from lrn_scale.wgsl and t from lrn_term.wgsl.
// x is [N, C, H, W]. One thread per element.
override WGX: u32 = 64u;
override WGY: u32 = 1u;
override WGZ: u32 = 1u;
override TURNS: u32 = 1u; // 0 where the grid is as deep as it has to be

struct Uniforms { N: u32, C: i32, H: i32, W: i32, hc: i32, hh: i32, hw: i32, a: f32, beta: f32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> s: array<f32>;
@group(0) @binding(2) var<storage, read> t: array<f32>;
@group(0) @binding(3) var<storage, read> dy: array<f32>;
@group(0) @binding(4) var<storage, read_write> dx: array<f32>;
@group(0) @binding(5) var<uniform> u: Uniforms;

@compute @workgroup_size(WGX, WGY, WGZ)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  if (i32(id.x) >= u.H * u.W || i32(id.y) >= u.C) { return; }
  // Loops over further images if there are more than a grid may be deep.
  for (var n = id.z; n < u.N; n += groups.z * WGZ) {
    element(i32(id.x), i32(id.y), i32(n) * u.C);
    if (TURNS == 0u) { break; }
  }
}

fn element(pixel: i32, c: i32, image: i32) {
  let h = pixel / u.W;
  let w = pixel - h * u.W;
  let i = (image + c) * u.H * u.W + pixel;
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
