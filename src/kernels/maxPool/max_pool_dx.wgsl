// dx[n,c,h,w] = Σ of dy over the windows whose switch points here. A gather over the windows that contain (h, w).
// One thread per dx.
override WGX: u32 = 64u;

struct Uniforms {
  n: u32, H: i32, W: i32, P: u32, Q: u32, R: i32, S: i32, sy: i32, sx: i32, py: i32, px: i32, padH: i32, padW: i32,
}
@group(0) @binding(0) var<storage, read> at: array<u32>;
@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read_write> dx: array<f32>;
@group(0) @binding(3) var<uniform> u: Uniforms;

@compute @workgroup_size(WGX)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * WGX + id.x;
  if (i >= u.n) { return; }
  let here = i % u32(u.H * u.W);
  let map = i / u32(u.H * u.W) * u.P * u.Q;
  let h = i32(here) / u.W + u.py;
  let w = i32(here) % u.W + u.px;
  // The first window that reaches h ends at h: p·sy + R − 1 ≥ h.
  let p0 = u32(max(h - u.R + u.sy, 0) / u.sy);
  let q0 = u32(max(w - u.S + u.sx, 0) / u.sx);
  var sum = 0.0;
  for (var p = p0; p <= min(u32(h / u.sy), u.P - 1u); p++) {
    for (var q = q0; q <= min(u32(w / u.sx), u.Q - 1u); q++) {
      let window = map + p * u.Q + q;
      if (at[window] == here) { sum += dy[window]; }
    }
  }
  dx[i] = sum;
}
