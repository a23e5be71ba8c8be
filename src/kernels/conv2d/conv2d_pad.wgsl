// y[n,c,h,w] = x[n,i0+c,h−top,w−left], 0 outside: an image with its border, so that the fast convolution needs no tests.
// Negative pads crop. C of I planes of H×W become P×Q. One thread per four neighbours of a row of y.
override WGX: u32 = 16u;
override WGY: u32 = 4u;
override WGZ: u32 = 1u;

struct Uniforms { n: u32, C: u32, I: u32, i0: u32, H: i32, W: i32, P: u32, Q: u32, top: i32, left: i32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<uniform> u: Uniforms;

@compute @workgroup_size(WGX, WGY, WGZ)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  if (id.x * 4u >= u.Q || id.y >= u.P) { return; }
  // More planes than a grid may be deep are taken in turns.
  for (var z = id.z; z < u.n; z += groups.z * WGZ) { plane(id.x * 4u, id.y, z); }
}

fn plane(col: u32, row: u32, z: u32) {
  let h = i32(row) - u.top;
  let w = i32(col) - u.left;
  let inside = h >= 0 && h < u.H;
  let line = (i32(z / u.C * u.I + u.i0 + z % u.C) * u.H + h) * u.W;
  let to_ = (z * u.P + row) * u.Q + col;
  for (var j = 0; j < 4; j++) {
    if (col + u32(j) >= u.Q) { return; }
    var v = 0.0;
    if (inside && w + j >= 0 && w + j < u.W) { v = x[line + w + j]; }
    y[to_ + u32(j)] = v;
  }
}
