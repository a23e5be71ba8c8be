// y[n,c,p,q] = x[n,c] at the place that grid[n,p,q] = (column, row) names, from −1 to 1: between pixels, a weighted sum of them.
// x is [N,C,H,W], grid [N,P,Q,2]. One thread per y. grid_sample_taps.wgsl has the weights.
override WGX: u32 = 64u;

struct Uniforms { n: u32, C: u32, H: i32, W: i32, points: u32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> grid: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@group(0) @binding(3) var<uniform> u: Uniforms;

@compute @workgroup_size(WGX)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * WGX + id.x;
  if (i >= u.n) { return; }
  let plane = i / u.points;
  let at = (plane / u.C * u.points + i % u.points) * 2u;
  let columns = taps(grid[at], u.W);
  let rows = taps(grid[at + 1u], u.H);
  let first = i32(plane) * u.H * u.W;
  var sum = 0.0;
  for (var r = 0; r < 4; r++) {
    if (rows.at[r] < 0) { continue; }
    for (var c = 0; c < 4; c++) {
      if (columns.at[c] < 0) { continue; }
      sum += rows.weight[r] * columns.weight[c] * x[first + rows.at[r] * u.W + columns.at[c]];
    }
  }
  y[i] = sum;
}
