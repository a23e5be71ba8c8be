// dx[n,c,h,w] = Σ of dy / size over the windows that contain (h, w); size as in avg_pool.wgsl. One thread per dx.
override WGX: u32 = 64u;
override PADDED: bool = true;

struct Uniforms {
  n: u32, H: i32, W: i32, P: u32, Q: u32, R: i32, S: i32, sy: i32, sx: i32, py: i32, px: i32, padH: i32, padW: i32,
}
@group(0) @binding(0) var<storage, read> dy: array<f32>;
@group(0) @binding(1) var<storage, read_write> dx: array<f32>;
@group(0) @binding(2) var<uniform> u: Uniforms;

@compute @workgroup_size(WGX)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * WGX + id.x;
  if (i >= u.n) { return; }
  let here = i32(i % u32(u.H * u.W));
  let map = i / u32(u.H * u.W) * u.P * u.Q;
  let h = here / u.W + u.py;
  let w = here % u.W + u.px;
  let p0 = max(h - u.R + u.sy, 0) / u.sy;
  let q0 = max(w - u.S + u.sx, 0) / u.sx;
  var sum = 0.0;
  for (var p = p0; p <= min(h / u.sy, i32(u.P) - 1); p++) {
    for (var q = q0; q <= min(w / u.sx, i32(u.Q) - 1); q++) {
      let top = p * u.sy - u.py;
      let left = q * u.sx - u.px;
      var size = (min(top + u.R, u.H) - max(top, 0)) * (min(left + u.S, u.W) - max(left, 0));
      if (PADDED) { size = (min(top + u.R, u.padH) - top) * (min(left + u.S, u.padW) - left); }
      sum += dy[map + u32(p) * u.Q + u32(q)] / f32(size);
    }
  }
  dx[i] = sum;
}
