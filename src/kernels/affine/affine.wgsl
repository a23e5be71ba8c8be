// y[n,c,i] = x[n,c,i] · scale[c] + shift[c], act. x is [N, C, inner]. Grid: x over inner, y over channels, z over
// images.
override WGX: u32 = 64u;
override WGY: u32 = 1u;
override WGZ: u32 = 1u;
override TURNS: u32 = 1u; // 0 where the grid is as deep as it has to be
override RELU: bool = false;

struct Uniforms { N: u32, C: u32, inner: u32, slope: f32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> scale: array<f32>;
@group(0) @binding(2) var<storage, read> shift: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
@group(0) @binding(4) var<uniform> u: Uniforms;

@compute @workgroup_size(WGX, WGY, WGZ)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  if (id.x >= u.inner || id.y >= u.C) { return; }
  let by = scale[id.y];
  let plus = shift[id.y];
  // Loops over further images if there are more than a grid may be deep.
  for (var n = id.z; n < u.N; n += groups.z * WGZ) {
    let i = (n * u.C + id.y) * u.inner + id.x;
    var v = x[i] * by + plus;
    if (RELU) { v = select(u.slope * v, v, v > 0.0); }
    y[i] = v;
    if (TURNS == 0u) { break; }
  }
}
