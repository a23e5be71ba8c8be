// dx[o,l,i] = dy[o,i] · Π_{k ≠ l} x[o,k,i]: the product of the others, and not the whole divided by x, which may be 0.
// x is [outer, L, inner]. One thread per dx.
override WGX: u32 = 64u;

struct Uniforms { n: u32, L: u32, inner: u32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read_write> dx: array<f32>;
@group(0) @binding(3) var<uniform> u: Uniforms;

@compute @workgroup_size(WGX)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * WGX + id.x;
  if (i >= u.n) { return; }
  let own = i / u.inner % u.L;
  let row = i / (u.L * u.inner) * u.inner + i % u.inner;
  let first = i - own * u.inner;
  var others = 1.0;
  for (var l = 0u; l < u.L; l++) {
    if (l != own) { others *= x[first + l * u.inner]; }
  }
  dx[i] = dy[row] * others;
}
