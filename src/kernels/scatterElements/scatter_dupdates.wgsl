// dupdates[j,i] = dy[at[j], i] where the update was the one that was written, else 0. One thread per update.
override WGX: u32 = 64u;

struct Uniforms { n: u32, L: u32, inner: u32 }
@group(0) @binding(0) var<storage, read> at: array<f32>;
@group(0) @binding(1) var<storage, read> won: array<u32>;
@group(0) @binding(2) var<storage, read> dy: array<f32>;
@group(0) @binding(3) var<storage, read_write> dupdates: array<f32>;
@group(0) @binding(4) var<uniform> u: Uniforms;

@compute @workgroup_size(WGX)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let k = id.y * groups.x * WGX + id.x;
  if (k >= u.n) { return; }
  let j = k / u.inner;
  let l = i32(at[j]);
  var v = 0.0;
  if (l >= 0 && l < i32(u.L)) {
    let to_ = u32(l) * u.inner + k % u.inner;
    if (won[to_] == j + 1u) { v = dy[to_]; }
  }
  dupdates[k] = v;
}
