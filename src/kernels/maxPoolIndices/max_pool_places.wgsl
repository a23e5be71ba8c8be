// y[n,c,p,q] = where the maximum of the window lies in the whole of x [N,C,H,W], flat, as a float; at has its place h·W+w in its plane.
// With COLUMNS a plane is counted column by column: w·H+h. One thread per y.
override WGX: u32 = 64u;
override COLUMNS: bool = false;

struct Uniforms { n: u32, H: u32, W: u32, windows: u32 }
@group(0) @binding(0) var<storage, read> at: array<u32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<uniform> u: Uniforms;

@compute @workgroup_size(WGX)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * WGX + id.x;
  if (i >= u.n) { return; }
  let place = select(at[i], at[i] % u.W * u.H + at[i] / u.W, COLUMNS);
  y[i] = f32(i / u.windows * u.H * u.W + place);
}
