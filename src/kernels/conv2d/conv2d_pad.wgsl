// y[n,c,h,w] = x[n,i0+c,h−top,w−left], 0 outside: an image with its border, so that the fast convolution needs no tests.
// Negative pads crop. C of I planes of H×W become P×Q. One thread per four neighbours of a row of y.
// A workgroup is 2^across such quads wide and 2^down rows high, and takes several planes where these are small. Numbers and not
// overrides: each shape would be a pipeline of its own.
// Grid: x over quads, y over rows, z over planes.
override WGX: u32 = 64u;
override WGY: u32 = 1u;
override WGZ: u32 = 1u;
override TURNS: u32 = 1u; // 0 where the grid is as deep as it has to be

struct Uniforms {
  n: u32, C: u32, I: u32, i0: u32, H: i32, W: i32, P: u32, Q: u32, top: i32, left: i32, across: u32, down: u32,
}
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<uniform> u: Uniforms;

@compute @workgroup_size(WGX, WGY, WGZ)
fn main(
  @builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) t: u32, @builtin(num_workgroups) groups: vec3u,
) {
  let down = t >> u.across;
  let col = ((group.x << u.across) + t - (down << u.across)) * 4u;
  let deep = down >> u.down;
  let row = (group.y << u.down) + down - (deep << u.down);
  if (col >= u.Q || row >= u.P) { return; }
  let planes = WGX >> (u.across + u.down);
  // Loops over further planes if there are more than a grid may be deep.
  for (var z = group.z * planes + deep; z < u.n; z += groups.z * planes) {
    plane(col, row, z);
    if (TURNS == 0u) { break; }
  }
}

fn plane(col: u32, row: u32, z: u32) {
  let h = i32(row) - u.top;
  let w = i32(col) - u.left;
  let inside = h >= 0 && h < u.H;
  let line = (i32(z / u.C * u.I + u.i0 + z % u.C) * u.H + h) * u.W;
  let to_ = (z * u.P + row) * u.Q + col;
  let columns = w + vec4i(0, 1, 2, 3);
  let there = vec4<bool>(inside) & (columns >= vec4i()) & (columns < vec4i(u.W));
  let at = line + columns;
  let v = select(vec4f(), vec4f(x[at.x], x[at.y], x[at.z], x[at.w]), there);
  y[to_] = v.x;
  if (col + 1u < u.Q) { y[to_ + 1u] = v.y; }
  if (col + 2u < u.Q) { y[to_ + 2u] = v.z; }
  if (col + 3u < u.Q) { y[to_ + 3u] = v.w; }
}
