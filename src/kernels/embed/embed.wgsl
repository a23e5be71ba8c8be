// y[i,m] = w[x[i], m] + b[m]: a row of w for each index, given as a float and cut to what there is. One thread per y.
override WGX: u32 = 64u;

struct Uniforms { n: u32, rows: u32, M: u32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> w: array<f32>;
@group(0) @binding(2) var<storage, read> b: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
@group(0) @binding(4) var<uniform> u: Uniforms;

@compute @workgroup_size(WGX)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * WGX + id.x;
  if (i >= u.n) { return; }
  let m = i % u.M;
  let row = u32(clamp(x[i / u.M], 0.0, f32(u.rows - 1u)));
  y[i] = w[row * u.M + m] + b[m];
}
