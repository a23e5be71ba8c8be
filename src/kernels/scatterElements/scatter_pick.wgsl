// y[l,i] = updates[won[l,i] − 1, i] where somebody writes, else data[l,i]; with NONE 0 in place of the update, which is the gradient of
// data. One thread per y.
override WGX: u32 = 64u;
override NONE: bool = false;

struct Uniforms { n: u32, inner: u32 }
@group(0) @binding(0) var<storage, read> data: array<f32>;
@group(0) @binding(1) var<storage, read> updates: array<f32>;
@group(0) @binding(2) var<storage, read> won: array<u32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
@group(0) @binding(4) var<uniform> u: Uniforms;

@compute @workgroup_size(WGX)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let k = id.y * groups.x * WGX + id.x;
  if (k >= u.n) { return; }
  let winner = won[k];
  if (winner == 0u) {
    y[k] = data[k];
  } else if (NONE) {
    y[k] = 0.0;
  } else {
    y[k] = updates[(winner - 1u) * u.inner + k % u.inner];
  }
}
