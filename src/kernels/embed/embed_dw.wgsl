// dw[r,m] = Σ_i dy[i,m] over the indices i with x[i] = r. A gather, so that two runs give the same bits. One thread per dw.
override WGX: u32 = 64u;

struct Uniforms { n: u32, rows: u32, M: u32, count: u32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read_write> dw: array<f32>;
@group(0) @binding(3) var<uniform> u: Uniforms;

@compute @workgroup_size(WGX)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * WGX + id.x;
  if (i >= u.n) { return; }
  let m = i % u.M;
  let row = i / u.M;
  var sum = 0.0;
  for (var j = 0u; j < u.count; j++) {
    if (u32(clamp(x[j], 0.0, f32(u.rows - 1u))) == row) { sum += dy[j * u.M + m]; }
  }
  dw[i] = sum;
}
