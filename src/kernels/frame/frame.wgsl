// y = x, but 0 in the outermost `margin` rows and columns. NCHW. One thread per number. Its gradient is the same.
override WGX: u32 = 64u;

struct Uniforms { n: u32, H: u32, W: u32, margin: u32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<uniform> u: Uniforms;

@compute @workgroup_size(WGX)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * WGX + id.x;
  if (i >= u.n) { return; }
  let column = i % u.W;
  let row = i / u.W % u.H;
  let depth = min(min(row, u.H - 1u - row), min(column, u.W - 1u - column));
  y[i] = select(x[i], 0.0, depth < u.margin);
}
