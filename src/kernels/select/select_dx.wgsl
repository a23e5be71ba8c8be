// dx[n, j] = dy[n] where j = index, else 0: the seed of a backward pass. One thread per dx.
override WGX: u32 = 64u;

struct Uniforms { n: u32, size: u32, index: u32 }
@group(0) @binding(0) var<storage, read> dy: array<f32>;
@group(0) @binding(1) var<storage, read_write> dx: array<f32>;
@group(0) @binding(2) var<uniform> u: Uniforms;

@compute @workgroup_size(WGX)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * WGX + id.x;
  if (i >= u.n) { return; }
  dx[i] = select(0.0, dy[i / u.size], i % u.size == u.index);
}
