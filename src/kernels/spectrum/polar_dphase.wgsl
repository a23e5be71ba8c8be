// dφ = −Im z·d(Re z) + Re z·d(Im z), the gradient of z = m·e^(iφ). φ [N, size], z and dz [N, size, 2]. One thread per number.
override WGX: u32 = 64u;

struct Uniforms { n: u32 }
@group(0) @binding(0) var<storage, read> z: array<f32>;
@group(0) @binding(1) var<storage, read> dz: array<f32>;
@group(0) @binding(2) var<storage, read_write> dphase: array<f32>;
@group(0) @binding(3) var<uniform> u: Uniforms;

@compute @workgroup_size(WGX)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * WGX + id.x;
  if (i >= u.n) { return; }
  dphase[i] = z[2u * i] * dz[2u * i + 1u] - z[2u * i + 1u] * dz[2u * i];
}
