// y[n,c,p,q] = max of x over the window, clipped to the image; with INDEX, in its place, h·W+w of the first maximum in reading
// order (Caffe's rule for ties): the pooling switch. One thread per y.
override WGX: u32 = 16u;
override WGY: u32 = 4u;
override WGZ: u32 = 1u;
override TURNS: u32 = 1u; // 0 where the grid is as deep as it has to be
override INDEX: bool = false;

struct Uniforms {
  n: u32, H: i32, W: i32, P: u32, Q: u32, R: i32, S: i32, sy: i32, sx: i32, py: i32, px: i32, padH: i32, padW: i32,
}
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<u32>;
@group(0) @binding(2) var<uniform> u: Uniforms;

@compute @workgroup_size(WGX, WGY, WGZ)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  if (id.x >= u.Q || id.y >= u.P) { return; }
  // Loops over further planes if there are more than a grid may be deep.
  for (var z = id.z; z < u.n; z += groups.z * WGZ) {
    plane(id.x, id.y, z);
    if (TURNS == 0u) { break; }
  }
}

fn plane(col: u32, row: u32, z: u32) {
  let plane = i32(z) * u.H * u.W;
  let top = i32(row) * u.sy - u.py;
  let left = i32(col) * u.sx - u.px;
  let h0 = max(top, 0);
  let w0 = max(left, 0);
  var at = h0 * u.W + w0;
  var best = x[plane + at];
  for (var h = h0; h < min(top + u.R, u.H); h++) {
    for (var w = w0; w < min(left + u.S, u.W); w++) {
      let here = h * u.W + w;
      let v = x[plane + here];
      if (v > best) { at = here; }
      best = max(best, v);
    }
  }
  y[(z * u.P + row) * u.Q + col] = select(bitcast<u32>(best), u32(at), INDEX);
}
