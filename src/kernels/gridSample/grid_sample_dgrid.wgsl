// dgrid[n,p,q] = Σ_c dy[n,c,p,q] · ∂y/∂(column, row). One thread per point (n,p,q).
override WGX: u32 = 64u;

struct Uniforms { n: u32, C: u32, H: i32, W: i32, points: u32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> grid: array<f32>;
@group(0) @binding(2) var<storage, read> dy: array<f32>;
@group(0) @binding(3) var<storage, read_write> dgrid: array<f32>;
@group(0) @binding(4) var<uniform> u: Uniforms;

@compute @workgroup_size(WGX)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * WGX + id.x;
  if (i >= u.n) { return; }
  let image = i / u.points;
  let columns = taps(grid[i * 2u], u.W);
  let rows = taps(grid[i * 2u + 1u], u.H);
  var sum = vec2f();
  for (var c = 0u; c < u.C; c++) {
    let plane = image * u.C + c;
    let first = i32(plane) * u.H * u.W;
    var slope = vec2f();
    for (var r = 0; r < 4; r++) {
      if (rows.at[r] < 0) { continue; }
      for (var s = 0; s < 4; s++) {
        if (columns.at[s] < 0) { continue; }
        let v = x[first + rows.at[r] * u.W + columns.at[s]];
        slope += v * vec2f(columns.slope[s] * rows.weight[r], columns.weight[s] * rows.slope[r]);
      }
    }
    sum += slope * dy[plane * u.points + i % u.points];
  }
  dgrid[i * 2u] = sum.x;
  dgrid[i * 2u + 1u] = sum.y;
}
