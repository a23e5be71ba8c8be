// x[c,h,w] = (pixel − mean[c,h,w]) · scale[c]: a picture's crop, resized to the net's input, in the net's channel order.
// Pixels are packed RGBA8, red in the low byte; what is transparent shows the background, unless alpha is a channel of x.
// Resizing is a triangle filter whose width grows with the reduction
// (bilinear when enlarging, antialiased when reducing); at equal sizes every pixel is taken as it is.
// One thread per output pixel, all its channels.
override WGX: u32 = 64u;
override ORDER: u32 = 0u; // 0 RGB, 1 BGR, 2 gray (BT.601 luma)
override ALPHA: u32 = 0u; // 1: x has alpha as its last channel, and nothing is laid on the background

struct Uniforms {
  C: u32, H: u32, W: u32,
  sourceH: i32, sourceW: i32, pitch: i32, mirror: u32,
  top: f32, left: f32, cropH: f32, cropW: f32,
  back_r: f32, back_g: f32, back_b: f32,
}
@group(0) @binding(0) var<storage, read> pixels: array<u32>;
@group(0) @binding(1) var<storage, read> mean: array<f32>;
@group(0) @binding(2) var<storage, read> scale: array<f32>;
@group(0) @binding(3) var<storage, read_write> x: array<f32>;
@group(0) @binding(4) var<uniform> u: Uniforms;

@compute @workgroup_size(WGX)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * WGX + id.x;
  if (i >= u.H * u.W) { return; }
  let ratio = vec2f(u.cropW / f32(u.W), u.cropH / f32(u.H));
  let reach = max(ratio, vec2f(1.0));
  // Pixel centres are at half-integers.
  let centre = vec2f(u.left, u.top) + (vec2f(f32(i % u.W), f32(i / u.W)) + 0.5) * ratio - 0.5;
  let from_ = vec2i(ceil(centre - reach));
  let to_ = vec2i(floor(centre + reach));
  let background = vec3f(u.back_r, u.back_g, u.back_b);
  var sum = vec4f(0.0);
  var total = 0.0;
  for (var v = from_.y; v <= to_.y; v++) {
    let wy = max(0.0, 1.0 - abs(f32(v) - centre.y) / reach.y);
    for (var h = from_.x; h <= to_.x; h++) {
      let weight = wy * max(0.0, 1.0 - abs(f32(h) - centre.x) / reach.x);
      if (weight <= 0.0) { continue; }
      let at = clamp(v, 0, u.sourceH - 1) * u.pitch + clamp(h, 0, u.sourceW - 1);
      let p = pixels[at];
      // By hand: unpack4x8unorm divides by 255, and multiplying by it again is not exact.
      var rgb = vec3f(f32(p & 255u), f32((p >> 8u) & 255u), f32((p >> 16u) & 255u));
      let alpha = f32(p >> 24u);
      if (ALPHA == 0u && alpha < 255.0) { rgb = background + (rgb - background) * (alpha / 255.0); }
      sum += weight * vec4f(rgb, alpha);
      total += weight;
    }
  }
  let rgba = sum / total;
  let column = i % u.W;
  let target_ = i - column + select(column, u.W - 1u - column, u.mirror == 1u);
  for (var c = 0u; c < u.C; c++) {
    var v = rgba[min(c, 3u)];
    if (ORDER == 1u && c < 3u) { v = rgba[2u - c]; }
    if (ORDER == 2u) { v = dot(rgba.rgb, vec3f(0.299, 0.587, 0.114)); }
    let at = c * u.H * u.W + target_;
    x[at] = (v - mean[at]) * scale[c];
  }
}
