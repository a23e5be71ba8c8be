// dx[n, j] = dy[n] where j = at[n], else 0: a seed for each image at a place of its own. One thread per dx.
override WGX: u32 = 64u;

struct Uniforms { n: u32, size: u32 }
@group(0) @binding(0) var<storage, read> at: array<u32>;
@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read_write> dx: array<f32>;
@group(0) @binding(3) var<uniform> u: Uniforms;

@compute @workgroup_size(WGX)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * WGX + id.x;
  if (i >= u.n) { return; }
  let image = i / u.size;
  dx[i] = select(0.0, dy[image], i % u.size == at[image]);
}
