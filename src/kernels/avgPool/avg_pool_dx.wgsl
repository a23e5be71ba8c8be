// dx[n,c,h,w] = Σ of dy / size over the windows that contain (h, w); size as in avg_pool.wgsl. One thread per four neighbours of dx.
override WGX: u32 = 8u;
override WGY: u32 = 8u;
override WGZ: u32 = 1u;
override TURNS: u32 = 1u; // 0 where the grid is as deep as it has to be
override PADDED: bool = true;

struct Uniforms {
  n: u32, H: i32, W: i32, P: u32, Q: u32, R: i32, S: i32, sy: i32, sx: i32, py: i32, px: i32, padH: i32, padW: i32,
}
@group(0) @binding(0) var<storage, read> dy: array<f32>;
@group(0) @binding(1) var<storage, read_write> dx: array<f32>;
@group(0) @binding(2) var<uniform> u: Uniforms;

@compute @workgroup_size(WGX, WGY, WGZ)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  if (id.x * 4u >= u32(u.W) || id.y >= u32(u.H)) { return; }
  // Loops over further planes if there are more than a grid may be deep.
  for (var z = id.z; z < u.n; z += groups.z * WGZ) {
    quad(id.x * 4u, id.y, z);
    if (TURNS == 0u) { break; }
  }
}

fn put(i: u32, col: i32, v: f32) {
  if (col < u.W) { dx[i] = v; }
}

fn quad(col: u32, row: u32, z: u32) {
  let map = z * u.P * u.Q;
  let h = i32(row) + u.py;
  let w = i32(col) + u.px;
  // Windows that reach the row, and any of the four pixels: p·sy + R > h, q·sx + S > w.
  let reach = vec4i(h - u.R + u.sy, h, w - u.S + u.sx, w + 3);
  let windows = vec4i(quotient(vec4u(max(reach, vec4i())), vec4u(vec4i(u.sy, u.sy, u.sx, u.sx))));
  let firstP = windows.x;
  let lastP = min(windows.y, i32(u.P) - 1);
  let firstQ = windows.z;
  let lastQ = min(windows.w, i32(u.Q) - 1);
  let pixels = vec4i(i32(col)) + vec4i(0, 1, 2, 3);
  var sum = vec4f();
  for (var p = firstP; p <= lastP; p++) {
    let top = p * u.sy - u.py;
    var tall = min(top + u.R, u.H) - max(top, 0);
    if (PADDED) { tall = min(top + u.R, u.padH) - top; }
    for (var q = firstQ; q <= lastQ; q++) {
      let left = q * u.sx - u.px;
      var wide = min(left + u.S, u.W) - max(left, 0);
      if (PADDED) { wide = min(left + u.S, u.padW) - left; }
      let d = vec4f(dy[map + u32(p) * u.Q + u32(q)] / f32(tall * wide));
      sum += select(vec4f(), d, pixels == clamp(pixels, vec4i(left), vec4i(left + u.S - 1)));
    }
  }
  let to_ = (z * u32(u.H) + row) * u32(u.W) + col;
  let c = i32(col);
  put(to_, c, sum.x);
  put(to_ + 1u, c + 1, sum.y);
  put(to_ + 2u, c + 2, sum.z);
  put(to_ + 3u, c + 3, sum.w);
}
