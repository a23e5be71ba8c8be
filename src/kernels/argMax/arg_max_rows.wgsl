// at[n] = index of the first maximum of x[n, :]; NaN counts as more than any number. Rows are shared as rows.wgsl says.
struct Uniforms { N: u32, size: u32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> at: array<u32>;
@group(0) @binding(2) var<uniform> u: Uniforms;

@compute @workgroup_size(WGX)
fn main(t: Thread) {
  let n = rowOf(t);
  let first = firstMaximum(t, min(n, u.N - 1u) * u.size, u.size);
  if (laneOf(t) == 0u && n < u.N) { at[n] = first; }
}
