// dx[n,c,h,w] = Σ over the points of the grid of weight · dy, for those that look at (h,w). A gather, so that two runs give the same
// bits: one thread per pixel (n,h,w) goes through all points of its image, and adds to all channels of its own pixel.
override WGX: u32 = 64u;

struct Uniforms { n: u32, C: u32, H: i32, W: i32, points: u32 }
@group(0) @binding(0) var<storage, read> grid: array<f32>;
@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read_write> dx: array<f32>;
@group(0) @binding(3) var<uniform> u: Uniforms;

@compute @workgroup_size(WGX)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * WGX + id.x;
  if (i >= u.n) { return; }
  let size = u32(u.H * u.W);
  let image = i / size;
  let h = i32(i % size) / u.W;
  let w = i32(i % size) % u.W;
  let own = image * u.C * size + i % size;
  for (var c = 0u; c < u.C; c++) { dx[own + c * size] = 0.0; }
  for (var point = 0u; point < u.points; point++) {
    let at = (image * u.points + point) * 2u;
    let rows = taps(grid[at + 1u], u.H);
    let across = dot(rows.weight, select(vec4f(), vec4f(1.0), rows.at == vec4i(h)));
    if (across == 0.0) { continue; }
    let columns = taps(grid[at], u.W);
    let weight = across * dot(columns.weight, select(vec4f(), vec4f(1.0), columns.at == vec4i(w)));
    if (weight == 0.0) { continue; }
    for (var c = 0u; c < u.C; c++) { dx[own + c * size] += weight * dy[(image * u.C + c) * u.points + point]; }
  }
}
