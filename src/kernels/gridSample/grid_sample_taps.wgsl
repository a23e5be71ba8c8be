// A library: taps(g, size) are the pixels that a grid's number g looks at along one axis, up to four, their weights, and the weights'
// derivatives after g. MODE: 0 bilinear, 1 nearest, 2 bicubic. PADDING, beyond the border: 0 zeros, 1 the
// border's pixel, 2 reflection. CORNERS: −1 and 1 are the centres of the outermost pixels, else their outer edges.
override MODE: u32 = 0u;
override PADDING: u32 = 0u;
override CORNERS: bool = false;

struct Taps {
  at: vec4i,      // −1 for one that gives nothing
  weight: vec4f,
  slope: vec4f,   // ∂weight/∂g
}

// Keys 1981 with a = −0.75, as PyTorch and ONNX have it.
const A: f32 = -0.75;
fn cubicNear(d: f32) -> f32 { return ((A + 2.0) * d - (A + 3.0)) * d * d + 1.0; }
fn cubicFar(d: f32) -> f32 { return ((A * d - 5.0 * A) * d + 8.0 * A) * d - 4.0 * A; }
fn cubicNearSlope(d: f32) -> f32 { return (3.0 * (A + 2.0) * d - 2.0 * (A + 3.0)) * d; }
fn cubicFarSlope(d: f32) -> f32 { return (3.0 * A * d - 10.0 * A) * d + 8.0 * A; }

// A position beyond the border moved into the image, and its slope.
fn inside(position: f32, size: i32) -> vec2f {
  let last = f32(size - 1);
  var v = position;
  var slope = 1.0;
  if (PADDING == 2u) {
    let low = select(-0.5, 0.0, CORNERS);
    let span = select(f32(size), last, CORNERS);
    if (span == 0.0) { return vec2f(0.0, 0.0); }
    let from_ = v - low;
    let distance = abs(from_);
    let flips = floor(distance / span);
    let rest = distance - flips * span;
    let even = fract(flips * 0.5) == 0.0;
    v = select(span - rest, rest, even) + low;
    slope = select(-1.0, 1.0, even) * select(1.0, -1.0, from_ < 0.0);
  }
  if (v <= 0.0) { return vec2f(0.0, 0.0); }
  if (v >= last) { return vec2f(last, 0.0); }
  return vec2f(v, slope);
}

fn pixel(i: f32, size: i32) -> i32 {
  var v = i;
  if (PADDING != 0u) { v = inside(i, size).x; }
  return select(-1, i32(v), v >= 0.0 && v <= f32(size - 1));
}

fn taps(g: f32, size: i32) -> Taps {
  let scale = 0.5 * select(f32(size), f32(size - 1), CORNERS);
  let position = (g + 1.0) * scale - select(0.5, 0.0, CORNERS);
  var moved = vec2f(position, 1.0);
  if (PADDING != 0u && MODE != 2u) { moved = inside(position, size); }
  if (MODE == 1u) {
    return Taps(vec4i(pixel(round(moved.x), size), -1, -1, -1), vec4f(1.0, 0.0, 0.0, 0.0), vec4f());
  }
  let first = floor(moved.x);
  let t = moved.x - first;
  let slope = scale * moved.y;
  if (MODE == 0u) {
    return Taps(
      vec4i(pixel(first, size), pixel(first + 1.0, size), -1, -1),
      vec4f(1.0 - t, t, 0.0, 0.0),
      vec4f(-slope, slope, 0.0, 0.0),
    );
  }
  return Taps(
    vec4i(pixel(first - 1.0, size), pixel(first, size), pixel(first + 1.0, size), pixel(first + 2.0, size)),
    vec4f(cubicFar(1.0 + t), cubicNear(t), cubicNear(1.0 - t), cubicFar(2.0 - t)),
    slope * vec4f(cubicFarSlope(1.0 + t), cubicNearSlope(t), -cubicNearSlope(1.0 - t), -cubicFarSlope(2.0 - t)),
  );
}
