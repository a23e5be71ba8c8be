// One half of a sweep of split Bregman iterations for min_u Σ|∇u| + weight/2·Σ(u − f)² (Goldstein & Osher 2009; Getreuer 2012 as in
// scikit-image's denoise_tv_bregman, isotropic), with f = x + mean. With λ = 2·weight, for the pixels where row + column has PARITY:
//   u ← (λ(u_N + u_S + u_E + u_W + d_W − d + d_N − d − b_W + b − b_N + b) + weight·f) / (weight + 4λ)
//   t = (u_E − u, u_S − u) + b,  d = t·λ|t|/(λ|t| + 1),  b = t − d
// d_W − d and b − b_W are those of the x parts, d_N − d and b − b_N of the y parts. Beyond the border u is f reflected about the
// outermost pixels, and d and b are 0: as there, which draws the first row and column to the second ones. Pixels of one parity have
// neighbours of the other only, so that all can go at once.
// The weight goes from `weight` to `lastWeight` at step `last`. On steps that `every` does not divide, u = x.
// NCHW, mean [C,H,W], u mean-subtracted, state (d_x, d_y, b_x, b_y) for each pixel. One thread per pixel of PARITY.
override WGX: u32 = 64u;
override PARITY: u32 = 0u;
override FIRST: bool = false; // the first sweep: u is x, d and b are 0

struct Uniforms { n: u32, size: u32, H: i32, W: i32, weight: f32, lastWeight: f32, last: u32, every: u32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> mean: array<f32>;
@group(0) @binding(2) var<storage, read> step: array<u32>;
@group(0) @binding(3) var<storage, read_write> state: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> y: array<f32>;
@group(0) @binding(5) var<uniform> u: Uniforms;

// A row or column beyond the border: b a | … with the outermost pixel as the mirror; a line of one has nothing to mirror.
fn mirrored(i: i32, n: i32) -> i32 { return clamp(select(select(i, 2 * n - 2 - i, i >= n), -i, i < 0), 0, n - 1); }

struct Plane { first: i32, mean: i32 }

// u + mean of a pixel that is not of PARITY, or beyond the border.
fn around(plane: Plane, row: i32, column: i32) -> f32 {
  let at = mirrored(row, u.H) * u.W + mirrored(column, u.W);
  let inside = row >= 0 && row < u.H && column >= 0 && column < u.W;
  // In the first half sweep no u has been written.
  let written = inside && !(FIRST && PARITY == 0u);
  var v = x[plane.first + at];
  if (written) { v = y[plane.first + at]; }
  return v + mean[plane.mean + at];
}

fn before(plane: Plane, row: i32, column: i32) -> vec4f {
  if (row < 0 || column < 0 || (FIRST && PARITY == 0u)) { return vec4f(); }
  return state[plane.first + row * u.W + column];
}

@compute @workgroup_size(WGX)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * WGX + id.x;
  if (i >= u.n) { return; }
  // Half of the columns of each row, rounded up.
  let half = (u.W + 1) / 2;
  let line = i32(i) / half;
  let row = line % u.H;
  let column = 2 * (i32(i) % half) + ((row + i32(PARITY)) & 1);
  if (column >= u.W) { return; }
  let first = (line - row) * u.W;
  let plane = Plane(first, first % i32(u.size));
  let at = row * u.W + column;
  if (u.every == 0u || step[0] % max(u.every, 1u) != 0u) {
    if (FIRST) { y[first + at] = x[first + at]; }
    return;
  }
  let weight = mix(u.weight, u.lastWeight, min(f32(step[0]) / f32(max(u.last, 1u)), 1.0));
  let lambda = 2.0 * weight;
  var own = vec4f();
  if (!FIRST) { own = state[first + at]; }
  let west = before(plane, row, column - 1);
  let north = before(plane, row - 1, column);
  let east = around(plane, row, column + 1);
  let south = around(plane, row + 1, column);
  let sum = around(plane, row, column - 1) + around(plane, row - 1, column) + east + south
    + west.x - own.x + north.y - own.y - west.z + own.z - north.w + own.w;
  let middle = mean[plane.mean + at];
  let value = (lambda * sum + weight * (x[first + at] + middle)) / (weight + 4.0 * lambda);
  let t = vec2f(east, south) - value + own.zw;
  let s = lambda * length(t);
  let d = t * (s / (s + 1.0));
  y[first + at] = value - middle;
  state[first + at] = vec4f(d, t - d);
}
