// through[n] = 1 where the rectifier lets anything of image n's cotangent dy through, else 0; all 1 where `on` is 0, and nothing is read.
// y and dy are [N, size]. Rows are shared as rows.wgsl says.
struct Uniforms { N: u32, size: u32, low: f32, high: f32, on: f32 }
@group(0) @binding(0) var<storage, read> y: array<f32>;
@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read_write> through: array<u32>;
@group(0) @binding(3) var<uniform> u: Uniforms;

@compute @workgroup_size(WGX)
fn main(t: Thread) {
  let n = rowOf(t);
  var any = u32(u.on == 0.0);
  if (any == 0u) {
    let row = min(n, u.N - 1u) * u.size;
    for (var i = row + laneOf(t); i < row + u.size; i += LANES) {
      any = max(any, u32(dy[i] != 0.0 && !shutBelow(y[i]) && !shutAbove(y[i])));
    }
  }
  any = greatest(t, any);
  if (laneOf(t) == 0u && n < u.N) { through[n] = any; }
}
