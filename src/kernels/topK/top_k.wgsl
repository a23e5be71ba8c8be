// at[o,r,i] = the index l whose x[o,l,i] is the r-th greatest of its row (or least with MIN), as a float; of equal ones the lower
// index comes first, and NaN counts as more than any number, with MIN as less. x is [outer, L, inner], at [outer, K, inner].
// One thread per x: it counts those before it, which is its place.
override WGX: u32 = 64u;
override MIN: bool = false;

struct Uniforms { n: u32, L: u32, K: u32, inner: u32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> at: array<f32>;
@group(0) @binding(2) var<uniform> u: Uniforms;

fn key(v: f32) -> u32 { return ordered(select(v, -v, MIN)); }

@compute @workgroup_size(WGX)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let k = id.y * groups.x * WGX + id.x;
  if (k >= u.n) { return; }
  let i = k % u.inner;
  let l = k / u.inner % u.L;
  let o = k / (u.inner * u.L);
  let own = key(x[k]);
  let first = o * u.L * u.inner + i;
  var rank = 0u;
  for (var other = 0u; other < u.L; other++) {
    let v = key(x[first + other * u.inner]);
    rank += select(0u, 1u, v > own || (v == own && other < l));
  }
  if (rank < u.K) { at[(o * u.K + rank) * u.inner + i] = f32(l); }
}
