// y[n,c,p,q] = Σ over the four pixels around s of tent(s − pixel) · x[n,c,pixel], with s = A·((p,q) − centre of y) + t + centre of x.
// tent(d) = (1 − |dy|)(1 − |dx|). Pixels beyond the border are the constant, or copies of those within (MODE).
// NCHW, theta [N,6]. One thread per four channels of a pixel of y.
override WGX: u32 = 64u;

struct Uniforms { n: u32, C: u32, H: i32, W: i32, P: i32, Q: i32, value: f32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> theta: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@group(0) @binding(3) var<uniform> u: Uniforms;

// The row or column that a pixel beyond the border is a copy of; −1 for the constant.
fn inside(i: i32, size: i32) -> i32 {
  if (i >= 0 && i < size) { return i; }
  if (MODE == CONSTANT) { return -1; }
  if (MODE == BORDER) { return clamp(i, 0, size - 1); }
  let period = select(size, 2 * size, MODE == REFLECT);
  let j = ((i % period) + period) % period;
  return select(j, period - 1 - j, j >= size);
}

@compute @workgroup_size(WGX)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * WGX + id.x;
  if (i >= u.n) { return; }
  let points = u32(u.P * u.Q);
  let point = i32(i % points);
  let blocks = (u.C + 3u) / 4u;
  let image = i / points / blocks;
  let first = i / points % blocks * 4u;
  let s = place(affine(image), vec2f(f32(point / u.Q), f32(point % u.Q)), vec2i(u.H, u.W), vec2i(u.P, u.Q));
  let corner = floor(s);
  let t = s - corner;
  let rows = vec2i(inside(i32(corner.x), u.H), inside(i32(corner.x) + 1, u.H));
  let columns = vec2i(inside(i32(corner.y), u.W), inside(i32(corner.y) + 1, u.W));
  for (var c = first; c < min(first + 4u, u.C); c++) {
    let plane = i32(image * u.C + c) * u.H * u.W;
    var sum = 0.0;
    for (var k = 0u; k < 4u; k++) {
      let r = rows[k / 2u];
      let l = columns[k % 2u];
      let weight = select(1.0 - t.x, t.x, k >= 2u) * select(1.0 - t.y, t.y, k % 2u == 1u);
      var v = u.value;
      if (r >= 0 && l >= 0) { v = x[plane + r * u.W + l]; }
      sum += weight * v;
    }
    y[(image * u.C + c) * points + u32(point)] = sum;
  }
}
