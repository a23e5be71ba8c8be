// to[o, l, i] = from[o, l−start, i] where start ≤ l < start+L, else 0: the gradient of a slice. One thread per element.
override WGX: u32 = 64u;

struct Uniforms { n: u32, L: u32, inner: u32, toLength: u32, start: u32 }
@group(0) @binding(0) var<storage, read> source: array<f32>;
@group(0) @binding(1) var<storage, read_write> target_: array<f32>;
@group(0) @binding(2) var<uniform> u: Uniforms;

@compute @workgroup_size(WGX)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * WGX + id.x;
  if (i >= u.n) { return; }
  let l = (i / u.inner) % u.toLength;
  let o = i / (u.inner * u.toLength);
  if (l >= u.start && l < u.start + u.L) {
    target_[i] = source[(o * u.L + l - u.start) * u.inner + i % u.inner];
  } else {
    target_[i] = 0.0;
  }
}
