// dx[n,c,h,w] = Σ of dy / size over the windows that contain (h, w); size as in avg_pool.wgsl. One thread per dx.
override WGX: u32 = 16u;
override WGY: u32 = 4u;
override WGZ: u32 = 1u;
override PADDED: bool = true;

struct Uniforms {
  n: u32, H: i32, W: i32, P: u32, Q: u32, R: i32, S: i32, sy: i32, sx: i32, py: i32, px: i32, padH: i32, padW: i32,
}
@group(0) @binding(0) var<storage, read> dy: array<f32>;
@group(0) @binding(1) var<storage, read_write> dx: array<f32>;
@group(0) @binding(2) var<uniform> u: Uniforms;

@compute @workgroup_size(WGX, WGY, WGZ)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  if (id.x >= u32(u.W) || id.y >= u32(u.H)) { return; }
  // More planes than a grid may be deep are taken in turns.
  for (var z = id.z; z < u.n; z += groups.z * WGZ) { plane(id.x, id.y, z); }
}

fn plane(col: u32, row: u32, z: u32) {
  let map = z * u.P * u.Q;
  let h = i32(row) + u.py;
  let w = i32(col) + u.px;
  let lastQ = min(w / u.sx, i32(u.Q) - 1);
  var sum = 0.0;
  // Windows that reach here, from the last one back: p·sy + R > h.
  for (var p = min(h / u.sy, i32(u.P) - 1); p >= 0 && p * u.sy + u.R > h; p--) {
    for (var q = lastQ; q >= 0 && q * u.sx + u.S > w; q--) {
      let top = p * u.sy - u.py;
      let left = q * u.sx - u.px;
      var size = (min(top + u.R, u.H) - max(top, 0)) * (min(left + u.S, u.W) - max(left, 0));
      if (PADDED) { size = (min(top + u.R, u.padH) - top) * (min(left + u.S, u.padW) - left); }
      sum += dy[map + u32(p) * u.Q + u32(q)] / f32(size);
    }
  }
  dx[(z * u32(u.H) + row) * u32(u.W) + col] = sum;
}
