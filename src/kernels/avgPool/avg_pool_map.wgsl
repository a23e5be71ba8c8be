// y[n,c] = Σ_hw x[n,c,h,w] / (H·W): one window over the whole map. Planes are shared as rows.wgsl says.
struct Uniforms { planes: u32, size: u32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<uniform> u: Uniforms;

@compute @workgroup_size(WGX)
fn main(t: Thread) {
  let plane = rowOf(t);
  let row = min(plane, u.planes - 1u) * u.size;
  var sum = 0.0;
  for (var i = laneOf(t); i < u.size; i += LANES) { sum += x[row + i]; }
  sum = total(t, sum);
  if (laneOf(t) == 0u && plane < u.planes) { y[plane] = sum / f32(u.size); }
}
