// Draws one image of x, C·H·W numbers from `first` on, as a picture in RGB. Centred, norm01c: x / (max(2·max, −2·min) + 1e-10)
// + ½, so that zero is mid-grey; else norm01: (x − min) / (max − min + 1e-10) (Yosinski et al. 2015, image_misc.py). One
// fragment per canvas pixel, the nearest of x.
struct Range { lo: f32, hi: f32, bad: u32 }
struct Uniforms {
  first: u32, C: u32, H: u32, W: u32, centred: u32, bgr: u32,
  left: i32, top: i32, width: u32, height: u32,
  back_r: f32, back_g: f32, back_b: f32,
}
@group(0) @binding(0) var<uniform> u: Uniforms;
@group(0) @binding(1) var<storage, read> x: array<u32>; // bits, since a shader may take floats to be finite
@group(0) @binding(2) var<storage, read> ranges: array<Range>;

const EPSILON = 1e-10;
// Ranges are subtracted at a quarter of their size: the range of finite numbers may not be one.
const QUARTER = 0.25;

@vertex
fn vertex(@builtin(vertex_index) i: u32) -> @builtin(position) vec4f {
  // One triangle that covers the canvas.
  return vec4f(f32(i & 1u) * 4.0 - 1.0, f32(i >> 1u) * 4.0 - 1.0, 0.0, 1.0);
}

@fragment
fn fragment(@builtin(position) at: vec4f) -> @location(0) vec4f {
  let p = vec2i(at.xy) - vec2i(u.left, u.top);
  let box = vec2u(u.width, u.height);
  if (any(p < vec2i(0)) || any(vec2u(p) >= box)) { return vec4f(u.back_r, u.back_g, u.back_b, 1.0); }
  let i = vec2u(p);
  let near = (2u * i + 1u) * vec2u(u.W, u.H) / (2u * box);
  let low = ranges[0].lo * QUARTER;
  let high = ranges[0].hi * QUARTER;
  var rgb = vec3f();
  for (var k = 0u; k < 3u; k++) {
    var c = min(k, u.C - 1u);
    if (u.bgr == 1u && u.C >= 3u) { c = 2u - k; }
    let bits = x[u.first + (c * u.H + near.y) * u.W + near.x];
    if ((bits & 0x7f800000u) == 0x7f800000u) {
      // What is no number: magenta in two shades, changing every other pixel.
      let odd = (((i.x >> 1u) + (i.y >> 1u)) & 1u) == 1u;
      return select(vec4f(1.0, 0.0, 1.0, 1.0), vec4f(0.6, 0.0, 0.6, 1.0), odd);
    }
    let v = bitcast<f32>(bits) * QUARTER;
    if (u.centred == 1u) {
      rgb[k] = v * 0.5 / (max(high, -low) + EPSILON * QUARTER * 0.5) + 0.5;
    } else {
      rgb[k] = (v - low) / (high - low + EPSILON * QUARTER);
    }
  }
  return vec4f(clamp(rgb, vec3f(0.0), vec3f(1.0)), 1.0);
}
