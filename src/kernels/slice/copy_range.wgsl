// to[o, toStart+l, i] = from[o, fromStart+l, i] for l < L: a range of one axis, copied. inner is what follows the axis.
// Grid: x over a block of the range, y over what precedes the axis.
override WGX: u32 = 64u;
override WGY: u32 = 1u;
override TURNS: u32 = 1u; // 0 where the grid has all rows

struct Uniforms { outer: u32, L: u32, inner: u32, fromLength: u32, fromStart: u32, toLength: u32, toStart: u32 }
@group(0) @binding(0) var<storage, read> source: array<f32>;
@group(0) @binding(1) var<storage, read_write> target_: array<f32>;
@group(0) @binding(2) var<uniform> u: Uniforms;

@compute @workgroup_size(WGX, WGY)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  if (id.x >= u.L * u.inner) { return; }
  for (var row = id.y; row < u.outer; row += groups.y * WGY) {
    let from_ = (row * u.fromLength + u.fromStart) * u.inner + id.x;
    let to_ = (row * u.toLength + u.toStart) * u.inner + id.x;
    target_[to_] = source[from_];
    if (TURNS == 0u) { break; }
  }
}
