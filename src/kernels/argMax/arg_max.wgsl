// y[o,i] = the index l of the greatest x[o,l,i] (or least with MIN), as a float; of several the first, or with LAST the last.
// x is [outer, L, inner]. One thread per element of y.
override WGX: u32 = 64u;
override MIN: bool = false;
override LAST: bool = false;

struct Uniforms { n: u32, L: u32, inner: u32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<uniform> u: Uniforms;

@compute @workgroup_size(WGX)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * WGX + id.x;
  if (i >= u.n) { return; }
  let first = i / u.inner * u.L * u.inner + i % u.inner;
  var best = x[first];
  var at = 0u;
  for (var l = 1u; l < u.L; l++) {
    let v = x[first + l * u.inner];
    let better = select(v > best, v < best, MIN) || (LAST && v == best);
    best = select(best, v, better);
    at = select(at, l, better);
  }
  y[i] = f32(at);
}
