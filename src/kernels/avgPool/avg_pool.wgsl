// y[n,c,p,q] = Σ x over the window ∩ image / size, where size counts the window clipped to the image plus padding
// (PADDED: Caffe, ONNX count_include_pad=1) or to the image alone. One thread per y.
override WGX: u32 = 16u;
override WGY: u32 = 4u;
override WGZ: u32 = 1u;
override PADDED: bool = true;

struct Uniforms {
  n: u32, H: i32, W: i32, P: u32, Q: u32, R: i32, S: i32, sy: i32, sx: i32, py: i32, px: i32, padH: i32, padW: i32,
}
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
  let plane = i32(z) * u.H * u.W;
  let top = i32(row) * u.sy - u.py;
  let left = i32(col) * u.sx - u.px;
  let h0 = max(top, 0);
  let w0 = max(left, 0);
  let h1 = min(top + u.R, u.H);
  let w1 = min(left + u.S, u.W);
  var sum = 0.0;
  for (var h = h0; h < h1; h++) {
    for (var w = w0; w < w1; w++) { sum += x[plane + h * u.W + w]; }
  }
  var size = (h1 - h0) * (w1 - w0);
  if (PADDED) { size = (min(top + u.R, u.padH) - top) * (min(left + u.S, u.padW) - left); }
  y[(z * u.P + row) * u.Q + col] = sum / f32(size);
}
