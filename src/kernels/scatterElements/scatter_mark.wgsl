// won[at[j], i] = 1 + the last j that names it: who writes where rows of updates [J, inner] go into rows of data [L, inner].
// Whole numbers, whose maximum is the same in whatever order they come. One thread per update; won is 0 before.
override WGX: u32 = 64u;

struct Uniforms { n: u32, L: u32, inner: u32 }
@group(0) @binding(0) var<storage, read> at: array<f32>;
@group(0) @binding(1) var<storage, read_write> won: array<atomic<u32>>;
@group(0) @binding(2) var<uniform> u: Uniforms;

@compute @workgroup_size(WGX)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let k = id.y * groups.x * WGX + id.x;
  if (k >= u.n) { return; }
  let j = k / u.inner;
  let l = i32(at[j]);
  if (l >= 0 && l < i32(u.L)) { atomicMax(&won[u32(l) * u.inner + k % u.inner], j + 1u); }
}
