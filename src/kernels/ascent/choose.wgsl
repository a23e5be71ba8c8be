// y = a where column `column` of the image's state row is set, else b. a and b are [N, size]. One thread per element.
override WGX: u32 = 64u;

struct Uniforms { n: u32, size: u32, width: u32, column: u32 }
@group(0) @binding(0) var<storage, read> a: array<f32>;
@group(0) @binding(1) var<storage, read> b: array<f32>;
@group(0) @binding(2) var<storage, read> state: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
@group(0) @binding(4) var<uniform> u: Uniforms;

@compute @workgroup_size(WGX)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * WGX + id.x;
  if (i >= u.n) { return; }
  y[i] = select(b[i], a[i], state[i / u.size * u.width + u.column] != 0.0);
}
