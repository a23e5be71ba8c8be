// Draws channels of one image of x [N,C,H,W] as a grid of tiles, straight from their buffer, with the toolbox's numerics
// (Yosinski et al. 2015, image_misc.py): an activation by its layer's range through a colormap, a difference in green (+) and
// red (−), or a cell of a sprite sheet in place of either. One tile alone is the view of a unit; under it, or shaded by it,
// may lie the net's input `picture` [N,PC,PH,PW]. The gap beside a tile that holds NaN or infinity is magenta, as they are.
// One fragment per canvas pixel, all places in whole pixels.

// False leaves out sprites, interpolation and overlays, which few frames need: software adapters go through all code, taken or
// not.
override RICH: bool = true;

struct Range { lo: f32, hi: f32, bad: u32 }
struct Uniforms {
  // What is drawn: C maps of H×W from element `first` on; their ranges lie from `range` on, the layer's at 0.
  first: u32, range: u32, C: u32, H: u32, W: u32,
  // Where: tiles of tile_w×tile_h from (left, top) on.
  columns: u32, tile_w: u32, tile_h: u32, gap: u32, left: i32, top: i32,
  // How: 0 activation, 1 difference, 2 pattern, 3 one flat colour.
  mode: u32, relative: u32, map: u32, boost: f32, gamma: f32, smooth_: u32,
  // Frames around two tiles, whose corners these are; of a width of 0 where there is none. The marked one begins at a distance.
  selected_x: i32, selected_y: i32, selected_border: i32,
  marked_x: i32, marked_y: i32, marked_border: i32, marked_from: i32,
  back_r: f32, back_g: f32, back_b: f32,
  tile_r: f32, tile_g: f32, tile_b: f32,
  selected_r: f32, selected_g: f32, selected_b: f32,
  marked_r: f32, marked_g: f32, marked_b: f32,
  // The sheet's cells, and where in a tile one is drawn.
  cell_w: u32, cell_h: u32, cell_columns: u32, cells: u32, box_x: u32, box_y: u32, box_w: u32, box_h: u32,
  // The picture: 0 none, 1 mixed with the tile, 2 seen where the unit is active, 3 where it is not.
  overlay: u32, alpha: f32,
  picture_first: u32, PC: u32, PH: u32, PW: u32, mean_plane: u32, bgr: u32,
}
@group(0) @binding(0) var<uniform> u: Uniforms;
@group(0) @binding(1) var<storage, read> x: array<u32>; // bits, since a shader may take floats to be finite
@group(0) @binding(2) var<storage, read> ranges: array<Range>;
@group(0) @binding(3) var<storage, read> picture: array<f32>;
@group(0) @binding(4) var<storage, read> undo: array<f32>; // of each channel 1/scale, then the mean(s); see picture.ts
@group(0) @binding(5) var<storage, read> present: array<u32>; // a bit per cell
@group(0) @binding(6) var maps: texture_2d<f32>; // a colormap per row
@group(0) @binding(7) var sheet: texture_2d<f32>;
@group(0) @binding(8) var linear: sampler;

// Added to every divisor, as in image_misc.py, so that a constant layer is 0 and not NaN.
const EPSILON = 1e-10;
// Ranges are subtracted at a quarter of their size: the range of finite numbers may not be one.
const QUARTER = 0.25;
// Samples across a canvas pixel, at most, where a sprite is drawn smaller than it is.
const MAX_TAPS = 8u;

@vertex
fn vertex(@builtin(vertex_index) i: u32) -> @builtin(position) vec4f {
  // One triangle that covers the canvas.
  return vec4f(f32(i & 1u) * 4.0 - 1.0, f32(i >> 1u) * 4.0 - 1.0, 0.0, 1.0);
}

fn finite(bits: u32) -> bool { return (bits & 0x7f800000u) != 0x7f800000u; }

// What is no number: magenta in two shades, which no colormap has, changing every other pixel.
fn checker(p: vec2u) -> vec3f {
  return select(vec3f(1.0, 0.0, 1.0), vec3f(0.6, 0.0, 0.6), (((p.x >> 1u) + (p.y >> 1u)) & 1u) == 1u);
}

// t^y for t ≥ 0, where 0^y is 0.
fn power(t: f32, y: f32) -> f32 { return select(0.0, pow(t, y), t > 0.0); }

// The strength from 0 to 1 that `v` of channel c is drawn with.
fn strength(c: u32, v: f32) -> f32 {
  let channel = ranges[u.range + c];
  var all = ranges[0];
  if (u.relative == 1u) { all = channel; }
  var d: f32;
  var most: f32; // the channel's largest d, which an individual boost raises towards 1
  if (u.mode == 1u) {
    let scale = 1.0 / (max(all.hi, -all.lo) * QUARTER + EPSILON * QUARTER);
    // Divided by the largest magnitude, and then, as all that is shown, once more by the largest that came of it.
    let largest = max(all.hi, -all.lo) * QUARTER * scale + EPSILON;
    d = abs(v) * QUARTER * scale / largest;
    most = max(channel.hi, -channel.lo) * QUARTER * scale / largest;
  } else {
    let low = all.lo * QUARTER;
    let width = all.hi * QUARTER - low + EPSILON * QUARTER;
    d = (v * QUARTER - low) / width;
    most = (channel.hi * QUARTER - low) / width;
  }
  if (u.boost > 0.0) { d *= pow(most + EPSILON, -u.boost); }
  return clamp(power(d, u.gamma), 0.0, 1.0);
}

// The colour of `v`, whose strength is t.
fn coloured(v: f32, t: f32) -> vec3f {
  if (u.mode == 1u) { return select(vec3f(t, 0.0, 0.0), vec3f(0.0, t, 0.0), v > 0.0); }
  let last = textureDimensions(maps).x - 1u;
  let place = t * f32(last);
  let i = u32(place);
  let a = textureLoad(maps, vec2u(i, u.map), 0).rgb;
  let b = textureLoad(maps, vec2u(min(i + 1u, last), u.map), 0).rgb;
  return mix(a, b, place - f32(i));
}

// The net's input at `at`, as fractions of it: mean added, scale undone, in RGB.
fn shown(at: vec2f) -> vec3f {
  let size = vec2f(f32(u.PW), f32(u.PH));
  let p = clamp(at * size - 0.5, vec2f(0.0), size - 1.0);
  let low = vec2u(p);
  let high = min(low + 1u, vec2u(u.PW, u.PH) - 1u);
  let f = p - vec2f(low);
  let above = mix(pixel(low.x, low.y), pixel(high.x, low.y), f.x);
  let below = mix(pixel(low.x, high.y), pixel(high.x, high.y), f.x);
  return clamp(mix(above, below, f.y) / 255.0, vec3f(0.0), vec3f(1.0));
}

fn pixel(w: u32, h: u32) -> vec3f {
  var rgb = vec3f();
  for (var i = 0u; i < 3u; i++) {
    var c = min(i, u.PC - 1u);
    if (u.bgr == 1u && u.PC >= 3u) { c = 2u - i; }
    let at = h * u.PW + w;
    let mean = undo[u.PC + select(c, c * u.PH * u.PW + at, u.mean_plane == 1u)];
    rgb[i] = picture[u.picture_first + c * u.PH * u.PW + at] * undo[c] + mean;
  }
  return rgb;
}

// The sprite of channel c at pixel `i` of its tile.
fn sprite(c: u32, i: vec2u) -> vec3f {
  let back = vec3f(u.tile_r, u.tile_g, u.tile_b);
  let corner = vec2u(u.box_x, u.box_y);
  let box = vec2u(u.box_w, u.box_h);
  if (any(i < corner) || any(i >= corner + box) || c >= u.cells) { return back; }
  if (((present[c / 32u] >> (c % 32u)) & 1u) == 0u) { return back; }
  let cell = vec2f(f32(u.cell_w), f32(u.cell_h));
  let start = vec2f(f32(c % u.cell_columns), f32(c / u.cell_columns)) * cell;
  let step_ = cell / vec2f(box);
  let taps = clamp(vec2u(ceil(step_)), vec2u(1u), vec2u(MAX_TAPS));
  var sum = vec3f();
  for (var ty = 0u; ty < taps.y; ty++) {
    for (var tx = 0u; tx < taps.x; tx++) {
      let inside = (vec2f(i - corner) + (vec2f(f32(tx), f32(ty)) + 0.5) / vec2f(taps)) * step_;
      // Half a texel from the edge, so that the neighbours' colours stay theirs.
      let at = start + clamp(inside, vec2f(0.5), cell - 0.5);
      sum += textureSampleLevel(sheet, linear, at / vec2f(textureDimensions(sheet)), 0.0).rgb;
    }
  }
  return sum / f32(taps.x * taps.y);
}

// Channel c at pixel `i` of its tile; p is the pixel of the canvas.
fn activation(c: u32, i: vec2u, p: vec2u) -> vec3f {
  let map = u.first + c * u.H * u.W;
  let size = vec2u(u.W, u.H);
  let tile = vec2u(u.tile_w, u.tile_h);
  let near = (2u * i + 1u) * size / (2u * tile);
  if (ranges[u.range + c].bad > 0u) {
    // Of a map larger than its tile every pixel under this one is looked at: one NaN must not hide.
    let end = max(((i + 1u) * size + tile - 1u) / tile, near + 1u);
    for (var h = min(i.y * u.H / u.tile_h, near.y); h < end.y; h++) {
      for (var w = min(i.x * u.W / u.tile_w, near.x); w < end.x; w++) {
        let at = map + h * u.W + w;
        if (!finite(x[at]) && (u.tile_w < u.W || u.tile_h < u.H || all(vec2u(w, h) == near))) { return checker(p); }
      }
    }
  }
  var v = bitcast<f32>(x[map + near.y * u.W + near.x]);
  if (RICH) {
    if (u.smooth_ == 1u) { v = interpolated(map, i); }
  }
  let t = strength(c, v);
  let colour = coloured(v, t);
  if (RICH) {
    if (u.overlay > 0u) { return overlaid(colour, t, (vec2f(i) + 0.5) / vec2f(tile)); }
  }
  return colour;
}

// The tile's colour and the picture at `at`, as fractions of both.
fn overlaid(colour: vec3f, t: f32, at: vec2f) -> vec3f {
  let under = shown(at);
  if (u.overlay == 1u) { return mix(under, colour, u.alpha); }
  return under * mix(1.0, select(1.0 - t, t, u.overlay == 2u), u.alpha);
}

// Bilinear, of the neighbours that are numbers.
fn interpolated(map: u32, i: vec2u) -> f32 {
  let size = vec2f(f32(u.W), f32(u.H));
  let at = clamp((vec2f(i) + 0.5) * size / vec2f(f32(u.tile_w), f32(u.tile_h)) - 0.5, vec2f(0.0), size - 1.0);
  let low = vec2u(at);
  let f = at - vec2f(low);
  var sum = 0.0;
  var weights = 0.0;
  for (var k = 0u; k < 4u; k++) {
    let d = vec2u(k & 1u, k >> 1u);
    let q = min(low + d, vec2u(u.W, u.H) - 1u);
    let bits = x[map + q.y * u.W + q.x];
    let weight = select(1.0 - f.x, f.x, d.x == 1u) * select(1.0 - f.y, f.y, d.y == 1u);
    if (finite(bits)) {
      sum += weight * bitcast<f32>(bits);
      weights += weight;
    }
  }
  return sum / max(weights, 1e-20);
}

// How far p lies outside the tile with this corner, in pixels of a frame around it; 0 inside.
fn outside(corner: vec2i, p: vec2i) -> i32 {
  let last = corner + vec2i(i32(u.tile_w), i32(u.tile_h)) - 1;
  let d = max(max(corner - p, p - last), vec2i(0));
  return max(d.x, d.y);
}

// True where a tile that the gap around pixel `i` of `cell` is next to holds what is no number.
fn beside_bad(cell: vec2u, i: vec2u) -> bool {
  for (var k = 0u; k < 4u; k++) {
    let step_ = vec2u(k & 1u, k >> 1u);
    let other = cell + step_;
    let c = other.y * u.columns + other.x;
    // A gap below or to the right belongs to the next tile too.
    let near = (step_.x == 0u || i.x >= u.tile_w) && (step_.y == 0u || i.y >= u.tile_h);
    if (near && other.x < u.columns && c < u.C) {
      if (ranges[u.range + c].bad > 0u) { return true; }
    }
  }
  return false;
}

@fragment
fn fragment(@builtin(position) at: vec4f) -> @location(0) vec4f {
  let p = vec2u(at.xy);
  let from_selected = outside(vec2i(u.selected_x, u.selected_y), vec2i(p));
  if (from_selected >= 1 && from_selected <= u.selected_border) {
    return vec4f(u.selected_r, u.selected_g, u.selected_b, 1.0);
  }
  let from_marked = outside(vec2i(u.marked_x, u.marked_y), vec2i(p)) - u.marked_from;
  if (from_marked >= 1 && from_marked <= u.marked_border) { return vec4f(u.marked_r, u.marked_g, u.marked_b, 1.0); }
  let back = vec4f(u.back_r, u.back_g, u.back_b, 1.0);
  let d = vec2i(p) - vec2i(u.left, u.top);
  if (any(d < vec2i(0))) { return back; }
  let pitch = vec2u(u.tile_w + u.gap, u.tile_h + u.gap);
  let cell = vec2u(d) / pitch;
  let i = vec2u(d) - cell * pitch;
  let c = cell.y * u.columns + cell.x;
  if (i.x >= u.tile_w || i.y >= u.tile_h) {
    if (u.mode < 2u && beside_bad(cell, i)) { return vec4f(checker(p), 1.0); }
    return back;
  }
  if (cell.x >= u.columns || c >= u.C) { return back; }
  if (u.mode == 3u) { return vec4f(u.tile_r, u.tile_g, u.tile_b, 1.0); }
  if (RICH) {
    if (u.mode == 2u) { return vec4f(sprite(c, i), 1.0); }
  }
  return vec4f(activation(c, i, p), 1.0);
}
