// at[n,c,p,q] = h·W+w of the first maximum of the window in reading order (Caffe's rule for ties): the pooling switch.
// One thread per window.
override WGX: u32 = 64u;

struct Uniforms {
  n: u32, H: i32, W: i32, P: u32, Q: u32, R: i32, S: i32, sy: i32, sx: i32, py: i32, px: i32, padH: i32, padW: i32,
}
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> at: array<u32>;
@group(0) @binding(2) var<uniform> u: Uniforms;

@compute @workgroup_size(WGX)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * WGX + id.x;
  if (i >= u.n) { return; }
  let plane = i32(i / (u.Q * u.P)) * u.H * u.W;
  let top = i32((i / u.Q) % u.P) * u.sy - u.py;
  let left = i32(i % u.Q) * u.sx - u.px;
  var best = max(top, 0) * u.W + max(left, 0);
  for (var h = max(top, 0); h < min(top + u.R, u.H); h++) {
    for (var w = max(left, 0); w < min(left + u.S, u.W); w++) {
      let here = h * u.W + w;
      if (x[plane + here] > x[plane + best]) { best = here; }
    }
  }
  at[i] = u32(best);
}
