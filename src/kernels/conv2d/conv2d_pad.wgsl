// y[n,c,h,w] = x[n,c,h−top,w−left], 0 outside: an image with its border, so that the fast convolution needs no tests.
// Negative pads crop. Planes of H×W become P×Q. One thread per y.
override WGX: u32 = 16u;
override WGY: u32 = 4u;
override WGZ: u32 = 1u;

struct Uniforms { n: u32, H: i32, W: i32, P: u32, Q: u32, top: i32, left: i32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<uniform> u: Uniforms;

@compute @workgroup_size(WGX, WGY, WGZ)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  if (id.x >= u.Q || id.y >= u.P) { return; }
  // More planes than a grid may be deep are taken in turns.
  for (var z = id.z; z < u.n; z += groups.z * WGZ) { plane(id.x, id.y, z); }
}

fn plane(col: u32, row: u32, z: u32) {
  let h = i32(row) - u.top;
  let w = i32(col) - u.left;
  var v = 0.0;
  if (h >= 0 && h < u.H && w >= 0 && w < u.W) { v = x[(i32(z) * u.H + h) * u.W + w]; }
  y[(z * u.P + row) * u.Q + col] = v;
}
