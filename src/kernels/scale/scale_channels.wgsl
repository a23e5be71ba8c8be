// y[n,c,i] = x[n,c,i] · factor[c]. x is [N, C, inner]. One thread per element.
override WGX: u32 = 64u;

struct Uniforms { n: u32, C: u32, inner: u32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> factor: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@group(0) @binding(3) var<uniform> u: Uniforms;

@compute @workgroup_size(WGX)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * WGX + id.x;
  if (i >= u.n) { return; }
  y[i] = x[i] * factor[i / u.inner % u.C];
}
