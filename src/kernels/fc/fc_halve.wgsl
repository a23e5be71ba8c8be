// h = w in half precision, two numbers in a word. One thread per word. w and h may be parts of larger matrices.
override WGX: u32 = 64u;

struct Uniforms { n: u32 }
@group(0) @binding(0) var<storage, read> w: array<vec2f>;
@group(0) @binding(1) var<storage, read_write> h: array<u32>;
@group(0) @binding(2) var<uniform> u: Uniforms;

@compute @workgroup_size(WGX)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * WGX + id.x;
  if (i >= u.n) { return; }
  h[i] = pack2x16float(w[i]);
}
