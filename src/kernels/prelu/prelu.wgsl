// y = x where x > 0, else slope[c]·x. x is [N, C, inner]; one slope per channel, or one for all (shared = 1).
// One thread per element.
override WGX: u32 = 64u;

struct Uniforms { n: u32, C: u32, inner: u32, shared_: u32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> slope: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@group(0) @binding(3) var<uniform> u: Uniforms;

@compute @workgroup_size(WGX)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * WGX + id.x;
  if (i >= u.n) { return; }
  let c = select((i / u.inner) % u.C, 0u, u.shared_ == 1u);
  let v = x[i];
  y[i] = select(slope[c] * v, v, v > 0.0);
}
