// Draws one image of the net's input [N,C,H,W] as the picture it is: scale undone, mean added, channels in RGB. One fragment
// per canvas pixel; the nearest pixel where the picture is enlarged by a whole number, else bilinear.
struct Uniforms {
  left: i32, top: i32, width: u32, height: u32,
  back_r: f32, back_g: f32, back_b: f32,
  picture_first: u32, PC: u32, PH: u32, PW: u32, mean_plane: u32, bgr: u32,
}
@group(0) @binding(0) var<uniform> u: Uniforms;
@group(0) @binding(1) var<storage, read> picture: array<u32>; // bits, since a shader may take floats to be finite
@group(0) @binding(2) var<storage, read> undo: array<f32>; // of each channel 1/scale, then the mean(s); see picture.ts

@vertex
fn vertex(@builtin(vertex_index) i: u32) -> @builtin(position) vec4f {
  // One triangle that covers the canvas.
  return vec4f(f32(i & 1u) * 4.0 - 1.0, f32(i >> 1u) * 4.0 - 1.0, 0.0, 1.0);
}

// Three numbers, and 1 where they are finite.
fn pixel(w: u32, h: u32) -> vec4f {
  var rgb = vec4f(0.0, 0.0, 0.0, 1.0);
  for (var i = 0u; i < 3u; i++) {
    // Gray where there are no colours to show.
    var c = select(0u, i, u.PC >= 3u);
    if (u.bgr == 1u && u.PC >= 3u) { c = 2u - i; }
    let at = h * u.PW + w;
    let mean = undo[u.PC + select(c, c * u.PH * u.PW + at, u.mean_plane == 1u)];
    let bits = picture[u.picture_first + c * u.PH * u.PW + at];
    if ((bits & 0x7f800000u) == 0x7f800000u) {
      rgb.a = 0.0;
    } else {
      rgb[i] = bitcast<f32>(bits) * undo[c] + mean;
    }
  }
  return rgb;
}

@fragment
fn fragment(@builtin(position) at: vec4f) -> @location(0) vec4f {
  let p = vec2i(at.xy) - vec2i(u.left, u.top);
  let box = vec2u(u.width, u.height);
  if (any(p < vec2i(0)) || any(vec2u(p) >= box)) { return vec4f(u.back_r, u.back_g, u.back_b, 1.0); }
  let i = vec2u(p);
  let size = vec2u(u.PW, u.PH);
  let near = (2u * i + 1u) * size / (2u * box);
  var rgb = pixel(near.x, near.y);
  if (rgb.a == 0.0) {
    // What is no number: magenta in two shades, changing every other pixel.
    let odd = (((i.x >> 1u) + (i.y >> 1u)) & 1u) == 1u;
    return select(vec4f(1.0, 0.0, 1.0, 1.0), vec4f(0.6, 0.0, 0.6, 1.0), odd);
  }
  if (any(box % size != vec2u(0u))) {
    let place = clamp((vec2f(i) + 0.5) * vec2f(size) / vec2f(box) - 0.5, vec2f(0.0), vec2f(size) - 1.0);
    let low = vec2u(place);
    let high = min(low + 1u, size - 1u);
    let f = place - vec2f(low);
    let above = mix(pixel(low.x, low.y), pixel(high.x, low.y), f.x);
    let below = mix(pixel(low.x, high.y), pixel(high.x, high.y), f.x);
    let between = mix(above, below, f.y);
    if (between.a == 1.0) { rgb = between; }
  }
  return vec4f(clamp(rgb.rgb / 255.0, vec3f(0.0), vec3f(1.0)), 1.0);
}
