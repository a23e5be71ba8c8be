// y[n,c,h,w] = x[n,c,h−top,w−left], 0 outside: an image with its border, so that the fast convolution needs no tests.
// Negative pads crop. Planes of H×W become P×Q. One thread per y.
override WGX: u32 = 64u;

struct Uniforms { n: u32, H: i32, W: i32, P: u32, Q: u32, top: i32, left: i32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<uniform> u: Uniforms;

@compute @workgroup_size(WGX)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * WGX + id.x;
  if (i >= u.n) { return; }
  let h = i32((i / u.Q) % u.P) - u.top;
  let w = i32(i % u.Q) - u.left;
  let plane = i32(i / (u.Q * u.P)) * u.H * u.W;
  if (h >= 0 && h < u.H && w >= 0 && w < u.W) { y[i] = x[plane + h * u.W + w]; } else { y[i] = 0.0; }
}
