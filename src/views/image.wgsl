// Draws a batch of mean-subtracted images [N, C, H, W] as a grid, straight from their buffer, the net's channel order
// undone: with gain 0 the mean is added, else the image is multiplied by it around mid-grey. One fragment per canvas pixel.
struct Uniforms {
  N: u32, C: u32, H: u32, W: u32,
  columns: u32, gap: u32, bgr: u32, gain: f32,
}
@group(0) @binding(0) var<storage, read> image: array<f32>;
@group(0) @binding(1) var<storage, read> mean: array<f32>;
@group(0) @binding(2) var<uniform> u: Uniforms;

@vertex
fn vertex(@builtin(vertex_index) i: u32) -> @builtin(position) vec4f {
  // One triangle that covers the canvas.
  return vec4f(f32(i & 1u) * 4.0 - 1.0, f32(i >> 1u) * 4.0 - 1.0, 0.0, 1.0);
}

@fragment
fn fragment(@builtin(position) at: vec4f) -> @location(0) vec4f {
  let p = vec2u(at.xy);
  let cell = vec2u(u.W + u.gap, u.H + u.gap);
  let tile = p / cell;
  let inside = p % cell;
  let n = tile.y * u.columns + tile.x;
  if (inside.x >= u.W || inside.y >= u.H || tile.x >= u.columns || n >= u.N) { return vec4f(0.0); }
  var rgb = vec3f();
  for (var i = 0u; i < 3u; i++) {
    var c = min(i, u.C - 1u);
    if (u.bgr == 1u && u.C >= 3u) { c = 2u - i; }
    let place = (c * u.H + inside.y) * u.W + inside.x;
    let v = image[n * u.C * u.H * u.W + place];
    rgb[i] = select(v * u.gain + 127.5, v + mean[place], u.gain == 0.0) / 255.0;
  }
  return vec4f(clamp(rgb, vec3f(0.0), vec3f(1.0)), 1.0);
}
