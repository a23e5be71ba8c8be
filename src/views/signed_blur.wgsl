// y = Σ_{|k| ≤ radius} taps[|k|] · x at k pixels along one axis of a plane H×W, mirrored at its edges without repeating them
// (d c b | a b c d | c b a), as OpenCV's GaussianBlur does. What is not finite stays so, and is left out of its neighbours'
// sums. One thread per pixel.
override VERTICAL: bool = false;

struct Uniforms { first: u32, C: u32, H: u32, W: u32, radius: u32 }
@group(0) @binding(0) var<uniform> u: Uniforms;
@group(0) @binding(1) var<storage, read> x: array<u32>; // bits, since a shader may take floats to be finite
@group(0) @binding(2) var<storage, read> taps: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<u32>;

fn mirrored(i: i32, n: i32) -> i32 {
  let period = max(2 * n - 2, 1);
  let j = ((i % period) + period) % period;
  return select(j, period - j, j >= n);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * 64u + id.x;
  if (i >= u.H * u.W) { return; }
  let own = x[i];
  if ((own & 0x7f800000u) == 0x7f800000u) {
    y[i] = 0x7fc00000u;
    return;
  }
  let row = i32(i / u.W);
  let col = i32(i % u.W);
  let radius = i32(u.radius);
  var sum = 0.0;
  var weights = 0.0;
  for (var k = -radius; k <= radius; k++) {
    var at: i32;
    if (VERTICAL) {
      at = mirrored(row + k, i32(u.H)) * i32(u.W) + col;
    } else {
      at = row * i32(u.W) + mirrored(col + k, i32(u.W));
    }
    let bits = x[at];
    if ((bits & 0x7f800000u) != 0x7f800000u) {
      sum += taps[abs(k)] * bitcast<f32>(bits);
      weights += taps[abs(k)];
    }
  }
  y[i] = bitcast<u32>(sum / weights);
}
