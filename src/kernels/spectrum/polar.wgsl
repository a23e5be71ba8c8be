// z = (m·cos φ, m·sin φ): complex numbers from magnitude and phase. φ [N, size], m [size], z [N, size, 2]. One thread per number.
override WGX: u32 = 64u;

struct Uniforms { n: u32, size: u32 }
@group(0) @binding(0) var<storage, read> phase: array<f32>;
@group(0) @binding(1) var<storage, read> magnitude: array<f32>;
@group(0) @binding(2) var<storage, read_write> z: array<f32>;
@group(0) @binding(3) var<uniform> u: Uniforms;

const TAU = 6.283185307179586;

@compute @workgroup_size(WGX)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * WGX + id.x;
  if (i >= u.n) { return; }
  let m = magnitude[i % u.size];
  // WGSL bounds the error of sine and cosine between −π and π only.
  let angle = phase[i] - TAU * round(phase[i] / TAU);
  z[2u * i] = m * cos(angle);
  z[2u * i + 1u] = m * sin(angle);
}
