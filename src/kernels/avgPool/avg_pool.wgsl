// y[n,c,p,q] = Σ x over the window ∩ image / size, where size counts the window clipped to the image plus padding
// (PADDED: Caffe, ONNX count_include_pad=1) or to the image alone. One thread per four neighbours of y.
override WGX: u32 = 8u;
override WGY: u32 = 8u;
override WGZ: u32 = 1u;
override TURNS: u32 = 1u; // 0 where the grid is as deep as it has to be
override PADDED: bool = true;

struct Uniforms {
  n: u32, H: i32, W: i32, P: u32, Q: u32, R: i32, S: i32, sy: i32, sx: i32, py: i32, px: i32, padH: i32, padW: i32,
}
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<uniform> u: Uniforms;

@compute @workgroup_size(WGX, WGY, WGZ)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  if (id.x * 4u >= u.Q || id.y >= u.P) { return; }
  // Loops over further planes if there are more than a grid may be deep.
  for (var z = id.z; z < u.n; z += groups.z * WGZ) {
    windows(id.x * 4u, id.y, z);
    if (TURNS == 0u) { break; }
  }
}

fn put(i: u32, col: u32, v: f32) {
  if (col < u.Q) { y[i] = v; }
}

fn windows(col: u32, row: u32, z: u32) {
  let plane = i32(z) * u.H * u.W;
  let top = i32(row) * u.sy - u.py;
  let left = vec4i(i32(col) * u.sx - u.px) + vec4i(0, 1, 2, 3) * u.sx;
  let last = u.W - 1;
  let h0 = max(top, 0);
  let h1 = min(top + u.R, u.H);
  var sum = vec4f();
  for (var h = h0; h < h1; h++) {
    let line = plane + h * u.W;
    for (var s = 0; s < u.S; s++) {
      let w = left + vec4i(s);
      let at = vec4i(line) + clamp(w, vec4i(0), vec4i(last));
      let v = vec4f(x[at.x], x[at.y], x[at.z], x[at.w]);
      sum += select(vec4f(), v, w == clamp(w, vec4i(0), vec4i(last)));
    }
  }
  var size = (min(left + vec4i(u.S), vec4i(u.W)) - max(left, vec4i(0))) * (h1 - h0);
  if (PADDED) { size = (min(left + vec4i(u.S), vec4i(u.padW)) - left) * (min(top + u.R, u.padH) - top); }
  let mean = sum / vec4f(size);
  let to_ = (z * u.P + row) * u.Q + col;
  put(to_, col, mean.x);
  put(to_ + 1u, col + 1u, mean.y);
  put(to_ + 2u, col + 2u, mean.z);
  put(to_ + 3u, col + 3u, mean.w);
}
