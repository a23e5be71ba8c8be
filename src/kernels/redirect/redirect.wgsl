// The cotangent dx of a rectifier's input from that of its output, dy. Where it lets anything of the image's dy through, or `on` is 0:
//   dx = dy where it is open, else 0
// Elsewhere:
//   dx = dy where dy pushes towards the open range, up from below and down from above, else 0
// One thread per element of [N, size].
override WGX: u32 = 64u;

struct Uniforms { n: u32, size: u32, low: f32, high: f32, on: f32 }
@group(0) @binding(0) var<storage, read> y: array<f32>;
@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read> through: array<u32>;
@group(0) @binding(3) var<storage, read_write> dx: array<f32>;
@group(0) @binding(4) var<uniform> u: Uniforms;

@compute @workgroup_size(WGX)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * WGX + id.x;
  if (i >= u.n) { return; }
  let d = dy[i];
  let redirected = u.on != 0.0 && through[i / u.size] == 0u;
  let below = shutBelow(y[i]) && !(redirected && d > 0.0);
  let above = shutAbove(y[i]) && !(redirected && d < 0.0);
  dx[i] = select(d, 0.0, below || above);
}
