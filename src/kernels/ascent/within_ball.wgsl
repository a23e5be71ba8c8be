// y = x₀ + (x − x₀)·min(1, radius / ‖x − x₀‖): back onto the ball about x₀, from gg = ‖x − x₀‖² of each row.
// x, x₀ [N, …], gg [N]. One thread per element.
override WGX: u32 = 64u;

struct Uniforms { n: u32, size: u32, radius: f32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> start: array<f32>;
@group(0) @binding(2) var<storage, read> gg: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
@group(0) @binding(4) var<uniform> u: Uniforms;

@compute @workgroup_size(WGX)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * WGX + id.x;
  if (i >= u.n) { return; }
  let away = sqrt(gg[i / u.size]);
  // Inside, the bits stay.
  if (away <= u.radius) { y[i] = x[i]; return; }
  y[i] = start[i] + (x[i] - start[i]) * (u.radius / away);
}
