// y[o,i] = Π_l x[o,l,i]. x is [outer, L, inner]. One thread per row (o, i).
override WGX: u32 = 64u;

struct Uniforms { rows: u32, L: u32, inner: u32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<uniform> u: Uniforms;

@compute @workgroup_size(WGX)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let row = id.y * groups.x * WGX + id.x;
  if (row >= u.rows) { return; }
  let first = row / u.inner * u.L * u.inner + row % u.inner;
  var all = 1.0;
  for (var l = 0u; l < u.L; l++) { all *= x[first + l * u.inner]; }
  y[row] = all;
}
