// y[o,j,i] = x[o, at[j], i]: indices along one axis, given as floats; below 0 they count from the end, and one that is outside
// gives NaN. With EACH an element of y has an index of its own, at[o,j,i].
// x is [outer, L, inner], y [outer, J, inner]. One thread per element of y.
override WGX: u32 = 64u;
override EACH: bool = false;

struct Uniforms { n: u32, L: u32, J: u32, inner: u32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> at: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<u32>;
@group(0) @binding(3) var<uniform> u: Uniforms;

@compute @workgroup_size(WGX)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let k = id.y * groups.x * WGX + id.x;
  if (k >= u.n) { return; }
  let i = k % u.inner;
  let j = k / u.inner % u.J;
  let o = k / (u.inner * u.J);
  let place = select(j, k, EACH);
  let index = i32(at[place]);
  let l = select(index, index + i32(u.L), index < 0);
  // Bits, since a compiler may take floats to be numbers.
  y[k] = 0x7fc00000u;
  if (l >= 0 && l < i32(u.L)) { y[k] = bitcast<u32>(x[(o * u.L + u32(l)) * u.inner + i]); }
}
