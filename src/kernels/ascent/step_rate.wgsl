// How far each image's step goes (Deep Visualization Toolbox, gradient_optimizer.py), gg = ‖g‖² over the whole image:
//   0 constant    rate
//   1 progress    min(rate, wanted / gg)
//   2 progress01  min(rate, min(wanted, late·(1 − objective)) / gg)
// [N]. One thread per image.
override WGX: u32 = 64u;

struct Uniforms { N: u32, policy: u32, rate: f32, wanted: f32, late: f32 }
@group(0) @binding(0) var<storage, read> objective: array<f32>;
@group(0) @binding(1) var<storage, read> gg: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@group(0) @binding(3) var<uniform> u: Uniforms;

@compute @workgroup_size(WGX)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let n = id.y * groups.x * WGX + id.x;
  if (n >= u.N) { return; }
  let g2 = gg[n];
  var rate = u.rate;
  if (g2 > 0.0) {
    if (u.policy == 1u) { rate = min(u.rate, u.wanted / g2); }
    if (u.policy == 2u) { rate = min(u.rate, min(u.wanted, u.late * (1.0 - objective[n])) / g2); }
  }
  y[n] = rate;
}
