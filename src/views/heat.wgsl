// Draws a map of attribution [N,1,H,W] over the net's input [N,PC,PH,PW] as people look at it (attributionPicture): what mattered through
// a colormap on a dark picture, or what speaks for (+) and against (−) the target in two colours on a light one, mixed with the picture
// itself. Numbers of the map are from 0 or −1 to 1. One fragment per canvas pixel, the map interpolated between its pixels.
struct Uniforms {
  left: i32, top: i32, width: u32, height: u32,
  back_r: f32, back_g: f32, back_b: f32,
  // Where the map starts, its size, whether it has signs, and how much of it is seen.
  first: u32, H: u32, W: u32, signed_: u32, alpha: f32,
  for_r: f32, for_g: f32, for_b: f32,
  against_r: f32, against_g: f32, against_b: f32,
  picture_first: u32, PC: u32, PH: u32, PW: u32, mean_plane: u32, bgr: u32,
}
@group(0) @binding(0) var<uniform> u: Uniforms;
@group(0) @binding(1) var<storage, read> picture: array<f32>;
@group(0) @binding(2) var<storage, read> undo: array<f32>; // of each channel 1/scale, then the mean(s); see picture.ts
@group(0) @binding(3) var<storage, read> map: array<u32>; // bits, since a shader may take floats to be finite
@group(0) @binding(4) var colours: texture_2d<f32>; // the colormap in its one row

@vertex
fn vertex(@builtin(vertex_index) i: u32) -> @builtin(position) vec4f {
  // One triangle that covers the canvas.
  return vec4f(f32(i & 1u) * 4.0 - 1.0, f32(i >> 1u) * 4.0 - 1.0, 0.0, 1.0);
}

fn pixel(w: u32, h: u32) -> vec3f {
  var rgb = vec3f();
  for (var i = 0u; i < 3u; i++) {
    // Gray where there are no colours to show.
    var c = select(0u, i, u.PC >= 3u);
    if (u.bgr == 1u && u.PC >= 3u) { c = 2u - i; }
    let at = h * u.PW + w;
    let mean = undo[u.PC + select(c, c * u.PH * u.PW + at, u.mean_plane == 1u)];
    rgb[i] = picture[u.picture_first + c * u.PH * u.PW + at] * undo[c] + mean;
  }
  return clamp(rgb / 255.0, vec3f(0.0), vec3f(1.0));
}

// The picture at `at`, as fractions of it, between the middles of its pixels.
fn shown(at: vec2f) -> vec3f {
  let size = vec2f(f32(u.PW), f32(u.PH));
  let p = clamp(at * size - 0.5, vec2f(0.0), size - 1.0);
  let low = vec2u(p);
  let high = min(low + 1u, vec2u(u.PW, u.PH) - 1u);
  let f = p - vec2f(low);
  return mix(mix(pixel(low.x, low.y), pixel(high.x, low.y), f.x), mix(pixel(low.x, high.y), pixel(high.x, high.y), f.x), f.y);
}

// The map at `at` in x, and 1 in y where all that it is made of are numbers.
fn number(at: vec2f) -> vec2f {
  let size = vec2f(f32(u.W), f32(u.H));
  let p = clamp(at * size - 0.5, vec2f(0.0), size - 1.0);
  let low = vec2u(p);
  let f = p - vec2f(low);
  var sum = 0.0;
  for (var k = 0u; k < 4u; k++) {
    let d = vec2u(k & 1u, k >> 1u);
    let q = min(low + d, vec2u(u.W, u.H) - 1u);
    let bits = map[u.first + q.y * u.W + q.x];
    if ((bits & 0x7f800000u) == 0x7f800000u) { return vec2f(0.0); }
    sum += select(1.0 - f.x, f.x, d.x == 1u) * select(1.0 - f.y, f.y, d.y == 1u) * bitcast<f32>(bits);
  }
  return vec2f(sum, 1.0);
}

fn colour(t: f32) -> vec3f {
  let last = textureDimensions(colours).x - 1u;
  return textureLoad(colours, vec2u(u32(round(t * f32(last))), 0u), 0).rgb;
}

@fragment
fn fragment(@builtin(position) at: vec4f) -> @location(0) vec4f {
  let p = vec2i(at.xy) - vec2i(u.left, u.top);
  let box = vec2u(u.width, u.height);
  if (any(p < vec2i(0)) || any(vec2u(p) >= box)) { return vec4f(u.back_r, u.back_g, u.back_b, 1.0); }
  let i = vec2u(p);
  let place = (vec2f(i) + 0.5) / vec2f(box);
  let rgb = shown(place);
  let v = number(place);
  if (v.y == 0.0) {
    // What is no number: magenta in two shades, changing every other pixel.
    let odd = (((i.x >> 1u) + (i.y >> 1u)) & 1u) == 1u;
    return select(vec4f(1.0, 0.0, 1.0, 1.0), vec4f(0.6, 0.0, 0.6, 1.0), odd);
  }
  let share = min(abs(v.x), 1.0);
  let gray = (rgb.r + rgb.g + rgb.b) / 3.0;
  // Dark below a heat map, light below signs: neither hides the colours.
  let below = vec3f(select(gray * 0.5, (gray + 1.0) * 0.5, u.signed_ == 1u));
  let sign_ = select(vec3f(u.against_r, u.against_g, u.against_b), vec3f(u.for_r, u.for_g, u.for_b), v.x > 0.0);
  let heat = mix(below, select(colour(share), sign_, u.signed_ == 1u), share);
  return vec4f(mix(rgb, heat, u.alpha), 1.0);
}
