// dx[n,c,h,w] = Σ over the copies of (h,w), and over the pixels (p,q) of y around each, of tent(s(p,q) − copy) · dy[n,c,p,q]: the
// adjoint of affine_sample.wgsl. A copy touches only what falls into its square of 2×2 pixels. The inverse map turns that square
// into a parallelogram, and its bounding box is searched. A pixel at the border, where it goes on for ever, has a longer box.
// NCHW, theta [N,6]. One thread per four channels of a pixel of x (gather: no atomics).
override WGX: u32 = 64u;

struct Uniforms { n: u32, C: u32, H: i32, W: i32, P: i32, Q: i32 }
@group(0) @binding(0) var<storage, read> theta: array<f32>;
@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read_write> dx: array<f32>;
@group(0) @binding(3) var<uniform> u: Uniforms;

// Rounding of places in x, in pixels.
const SLACK = 0.01;

// The copies of a row or column: first + period·k for k from `least` to `most`.
struct Copies { first: f32, period: f32, least: i32, most: i32 }

// Those that y can show, whose places in x are from `low` to `high`. A reflection has a second family, in mirror image.
fn copies(i: i32, size: i32, mirrored: bool, low: f32, high: f32) -> Copies {
  let first = select(f32(i), -1.0 - f32(i), mirrored);
  let period = f32(select(size, 2 * size, MODE == REFLECT));
  if (MODE == CONSTANT || MODE == BORDER) { return Copies(first, period, 0, 0); }
  return Copies(first, period, i32(ceil((low - 1.0 - first) / period)), i32(floor((high + 1.0 - first) / period)));
}

// What a copy's values reach: its square, or all beyond a border that goes on.
fn reach(copy: f32, size: i32, low: f32, high: f32) -> vec2f {
  let open = vec2<bool>(MODE == BORDER && copy == 0.0, MODE == BORDER && copy == f32(size - 1));
  return select(vec2f(copy - 1.0, copy + 1.0), vec2f(low, high), open);
}

@compute @workgroup_size(WGX)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * WGX + id.x;
  if (i >= u.n) { return; }
  let plane = u32(u.H * u.W);
  let points = u32(u.P * u.Q);
  let blocks = (u.C + 3u) / 4u;
  let image = i / plane / blocks;
  let c = i / plane % blocks * 4u;
  let h = i32(i % plane) / u.W;
  let w = i32(i % plane) % u.W;
  let size = vec2i(u.H, u.W);
  let out = vec2i(u.P, u.Q);
  let a = affine(image);
  // What y shows of x.
  let about = vec2f(a.toY.z, a.toX.z) + middle(size);
  let half = vec2f(dot(abs(a.toY.xy), middle(out)), dot(abs(a.toX.xy), middle(out))) + SLACK;
  let low = about - half;
  let high = about + half;
  // y − its centre = inverse · (x − about). A map that is not invertible puts everything anywhere.
  let det = a.toY.x * a.toX.y - a.toY.y * a.toX.x;
  let flat_ = !(abs(det) > 1e-12);
  let inverse = mat2x2f(a.toX.y, -a.toX.x, -a.toY.y, a.toY.x) * (1.0 / select(det, 1.0, flat_));
  let spread = mat2x2f(abs(inverse[0]), abs(inverse[1]));

  var sum = vec4f();
  let families = select(1u, 4u, MODE == REFLECT);
  for (var family = 0u; family < families; family++) {
    let rows = copies(h, u.H, family >= 2u, low.x, high.x);
    let columns = copies(w, u.W, family % 2u == 1u, low.y, high.y);
    for (var j = rows.least; j <= rows.most; j++) {
      for (var k = columns.least; k <= columns.most; k++) {
        let copy = vec2f(rows.first + f32(j) * rows.period, columns.first + f32(k) * columns.period);
        let tall = reach(copy.x, u.H, low.x, high.x);
        let wide = reach(copy.y, u.W, low.y, high.y);
        let centre = inverse * (0.5 * vec2f(tall.x + tall.y, wide.x + wide.y) - about) + middle(out);
        let around = spread * (0.5 * vec2f(tall.y - tall.x, wide.y - wide.x)) + SLACK;
        var from_ = max(vec2i(ceil(centre - around)), vec2i());
        var to = min(vec2i(floor(centre + around)), out - 1);
        if (flat_) { from_ = vec2i(); to = out - 1; }
        for (var p = from_.x; p <= to.x; p++) {
          for (var q = from_.y; q <= to.y; q++) {
            let d = max(1.0 - abs(place(a, vec2f(f32(p), f32(q)), size, out) - copy), vec2f());
            let at = image * u.C * points + u32(p * u.Q + q);
            for (var l = 0u; l < min(u.C - c, 4u); l++) { sum[l] += d.x * d.y * dy[at + (c + l) * points]; }
          }
        }
      }
    }
  }
  for (var l = 0u; l < min(u.C - c, 4u); l++) { dx[(image * u.C + c + l) * plane + u32(h * u.W + w)] = sum[l]; }
}
