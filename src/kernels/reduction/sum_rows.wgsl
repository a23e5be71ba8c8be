// y[n] = Σ_i f(a[n,i], b[n,i]) with f = a (SUM), a² (SQUARES) or (a−b)² (DISTANCE). Rows are shared as rows.wgsl says.
override KIND: u32 = 0u; // 0 SUM, 1 SQUARES, 2 DISTANCE

struct Uniforms { N: u32, size: u32 }
@group(0) @binding(0) var<storage, read> a: array<f32>;
@group(0) @binding(1) var<storage, read> b: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@group(0) @binding(3) var<uniform> u: Uniforms;

@compute @workgroup_size(WGX)
fn main(t: Thread) {
  let n = rowOf(t);
  let row = min(n, u.N - 1u) * u.size;
  var sum = 0.0;
  for (var i = row + laneOf(t); i < row + u.size; i += LANES) {
    var v = a[i];
    if (KIND == 2u) { v -= b[i]; }
    if (KIND != 0u) { v *= v; }
    sum += v;
  }
  sum = total(t, sum);
  if (laneOf(t) == 0u && n < u.N) { y[n] = sum; }
}
