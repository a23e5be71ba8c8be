// dx[n,c,h,w] = Σ of dy over the windows whose switch points here. NCHW. One thread per block of two rows of four pixels: a gather
// over the windows that reach the block, each read once for all of it. On its way out a result may be added to (ADD) and
// gated by the sign of a forward value (MASK) or its own (CLAMP): the sum of cotangents and the ReLU below a pooling.
override WGX: u32 = 8u;
override WGY: u32 = 8u;
override WGZ: u32 = 1u;
override TURNS: u32 = 1u; // 0 where the grid is as deep as it has to be
override ADD: bool = false;
override MASK: bool = false;
override CLAMP: bool = false;

struct Uniforms {
  n: u32, H: i32, W: i32, P: u32, Q: u32, R: i32, S: i32, sy: i32, sx: i32, py: i32, px: i32, padH: i32, padW: i32,
  slope: f32,
}
@group(0) @binding(0) var<storage, read> at: array<u32>;
@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read> addend: array<f32>;
@group(0) @binding(3) var<storage, read> gate: array<f32>;
@group(0) @binding(4) var<storage, read_write> dx: array<f32>;
@group(0) @binding(5) var<uniform> u: Uniforms;

@compute @workgroup_size(WGX, WGY, WGZ)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let col = i32(id.x) * 4;
  let row = i32(id.y) * 2;
  let outside = col >= u.W || row >= u.H;
  if (outside) { return; }
  // Loops over further planes if there are more than a grid may be deep.
  for (var z = id.z; z < u.n; z += groups.z * WGZ) {
    scan(col, row, z);
    if (TURNS == 0u) { break; }
  }
}

fn store(i: u32, col: i32, sum: f32) {
  if (col < u.W) {
    var v = sum;
    if (ADD) { v += addend[i]; }
    if (CLAMP) { v = max(v, 0.0); }
    if (MASK) { v = select(u.slope * v, v, gate[i] > 0.0); }
    dx[i] = v;
  }
}

fn put(i: u32, col: i32, sum: vec4f) {
  store(i, col, sum.x);
  store(i + 1u, col + 1, sum.y);
  store(i + 2u, col + 2, sum.z);
  store(i + 3u, col + 3, sum.w);
}

fn scan(col: i32, row: i32, z: u32) {
  let map = i32(z * u.P * u.Q);
  let columns = i32(u.Q);
  // Windows p with p·sy − py ≤ row + 1 and p·sy − py + R > row, and the like for columns.
  let reach = vec4i(row + u.py - u.R + u.sy, row + 1 + u.py, col + u.px - u.S + u.sx, col + 3 + u.px);
  let windows = vec4i(quotient(vec4u(max(reach, vec4i())), vec4u(vec4i(u.sy, u.sy, u.sx, u.sx))));
  let firstP = windows.x;
  let lastP = min(windows.y, i32(u.P) - 1);
  let firstQ = windows.z;
  let lastQ = min(windows.w, columns - 1);
  let upper = vec4u(u32(row * u.W + col)) + vec4u(0u, 1u, 2u, 3u);
  let lower = upper + vec4u(u32(u.W));
  var sum0 = vec4f();
  var sum1 = vec4f();
  for (var p = firstP; p <= lastP; p++) {
    for (var q = firstQ; q <= lastQ; q++) {
      let window = map + p * columns + q;
      let here = vec4u(at[window]);
      let d = vec4f(dy[window]);
      sum0 += select(vec4f(), d, here == upper);
      sum1 += select(vec4f(), d, here == lower);
    }
  }
  // Beyond the right border upper and lower name other pixels; what they gather is not stored.
  let base = z * u32(u.H * u.W) + upper.x;
  put(base, col, sum0);
  if (row + 1 < u.H) { put(base + u32(u.W), col, sum1); }
}
