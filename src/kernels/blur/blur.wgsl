// y = Σ_{|k| ≤ radius} taps[|k|] · x at k pixels along one axis, edges reflected (d c b a | a b c d | d c b a), on steps
// divisible by `every`; on other steps, or with every = 0, y = x. Planes of H×W. A thread makes four neighbours in a row: down
// the columns they share each tap, along the row each pixel.
override WGX: u32 = 8u;
override WGY: u32 = 8u;
override WGZ: u32 = 1u;
override TURNS: u32 = 1u; // 0 where the grid is as deep as it has to be
override VERTICAL: bool = false;

struct Uniforms { n: u32, H: i32, W: i32, radius: i32, every: u32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> taps: array<f32>;
@group(0) @binding(2) var<storage, read> step: array<u32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
@group(0) @binding(4) var<uniform> u: Uniforms;

fn tap(k: i32) -> f32 {
  return select(0.0, taps[min(abs(k), u.radius)], abs(k) <= u.radius);
}

fn down(plane: i32, row: i32, cols: vec4i) -> vec4f {
  var sum = vec4f();
  for (var k = -u.radius; k <= u.radius; k++) {
    let at = vec4i(plane + reflect_(row + k, u.H) * u.W) + cols;
    sum += taps[abs(k)] * vec4f(x[at.x], x[at.y], x[at.z], x[at.w]);
  }
  return sum;
}

fn along(line: i32, col: i32) -> vec4f {
  var sum = vec4f();
  // What the pixel at col + d weighs in each of the four.
  var weights = vec4f();
  for (var d = -u.radius; d <= u.radius + 3; d++) {
    weights = vec4f(tap(d), weights.xyz);
    sum += weights * x[line + reflect_(col + d, u.W)];
  }
  return sum;
}

@compute @workgroup_size(WGX, WGY, WGZ)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let col = i32(id.x) * 4;
  let row = i32(id.y);
  if (col >= u.W || row >= u.H) { return; }
  let still = u.every == 0u || step[0] % max(u.every, 1u) != 0u;
  // Neighbours beyond the border repeat its pixel, and are not stored.
  let cols = min(vec4i(col) + vec4i(0, 1, 2, 3), vec4i(u.W - 1));
  // Loops over further planes if there are more than a grid may be deep.
  for (var z = id.z; z < u.n; z += groups.z * WGZ) {
    let plane = i32(z) * u.H * u.W;
    let line = plane + row * u.W;
    var sum: vec4f;
    if (still) {
      sum = vec4f(x[line + cols.x], x[line + cols.y], x[line + cols.z], x[line + cols.w]);
    } else if (VERTICAL) {
      sum = down(plane, row, cols);
    } else {
      sum = along(line, col);
    }
    y[line + col] = sum.x;
    if (col + 1 < u.W) { y[line + col + 1] = sum.y; }
    if (col + 2 < u.W) { y[line + col + 2] = sum.z; }
    if (col + 3 < u.W) { y[line + col + 3] = sum.w; }
    if (TURNS == 0u) { break; }
  }
}
