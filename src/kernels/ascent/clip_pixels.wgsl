// y = clamp(x + mean, low, high) − mean: an image in mean-subtracted space kept within what a picture can show.
// x is [N, size], mean is [size]. One thread per element.
override WGX: u32 = 64u;

struct Uniforms { n: u32, size: u32, low: f32, high: f32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> mean: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@group(0) @binding(3) var<uniform> u: Uniforms;

@compute @workgroup_size(WGX)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * WGX + id.x;
  if (i >= u.n) { return; }
  let m = mean[i % u.size];
  // Written with the bounds moved, so that an element inside them is not rounded.
  y[i] = clamp(x[i], u.low - m, u.high - m);
}
