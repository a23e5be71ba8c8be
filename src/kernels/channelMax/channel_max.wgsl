// y[n,c] = (max_hw x[n,c,h,w], the index h·W + w of its first occurrence, as a float). NaN counts as more than any number.
// x is [planes, size]: planes = N·C, size = H·W, shared as rows.wgsl says.
struct Uniforms { planes: u32, size: u32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<uniform> u: Uniforms;

@compute @workgroup_size(WGX)
fn main(t: Thread) {
  let plane = rowOf(t);
  let row = min(plane, u.planes - 1u) * u.size;
  let place = firstMaximum(t, row, u.size);
  if (laneOf(t) == 0u && plane < u.planes) {
    y[plane * 2u] = x[row + place];
    y[plane * 2u + 1u] = f32(place);
  }
}
