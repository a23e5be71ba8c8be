// y = x with its axes in another order. Axes are padded in front to six; s0 to s5 are x's strides in the order of y's axes.
// One thread per element of y.
override WGX: u32 = 64u;

struct Uniforms {
  n: u32, d1: u32, d2: u32, d3: u32, d4: u32, d5: u32,
  s0: u32, s1: u32, s2: u32, s3: u32, s4: u32, s5: u32,
}
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<uniform> u: Uniforms;

@compute @workgroup_size(WGX)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * WGX + id.x;
  if (i >= u.n) { return; }
  var rest = i;
  var from_ = rest % u.d5 * u.s5; rest /= u.d5;
  from_ += rest % u.d4 * u.s4; rest /= u.d4;
  from_ += rest % u.d3 * u.s3; rest /= u.d3;
  from_ += rest % u.d2 * u.s2; rest /= u.d2;
  from_ += rest % u.d1 * u.s1; rest /= u.d1;
  y[i] = x[from_ + rest * u.s0];
}
