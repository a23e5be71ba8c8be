// y = 0 where the score is below its image's threshold, else x. x is [N, C, plane]; scores are [N, C, plane] or, with
// PER_PIXEL, [N, plane]; threshold is the second column of percentile.wgsl's output. One thread per element.
override WGX: u32 = 64u;
override PER_PIXEL: bool = true;

struct Uniforms { n: u32, C: u32, plane: u32, active_: u32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> s: array<f32>;
@group(0) @binding(2) var<storage, read> threshold: array<vec2f>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
@group(0) @binding(4) var<uniform> u: Uniforms;

@compute @workgroup_size(WGX)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * WGX + id.x;
  if (i >= u.n) { return; }
  let n = i / (u.C * u.plane);
  var at = i;
  if (PER_PIXEL) { at = n * u.plane + i % u.plane; }
  y[i] = select(x[i], 0.0, u.active_ != 0u && s[at] < threshold[n].y);
}
