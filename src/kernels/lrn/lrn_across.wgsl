// Local response normalization across 3 or 5 channels in one pass:  y_c = x_c · s_c^−β,  s_c = k + a · Σ_{|j−c| ≤ HALF} x_j².
// x is [N, C, plane]. One thread per pixel and run of `run` channels: it walks them with the window in registers, so that x is read about once.
override WGX: u32 = 64u;
override WGY: u32 = 1u;
override WGZ: u32 = 1u;
override TURNS: u32 = 1u; // 0 where the grid is as deep as it has to be

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<uniform> u: Uniforms;

@compute @workgroup_size(WGX, WGY, WGZ)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let pixel = i32(id.x);
  let first = i32(id.y) * u.run;
  if (pixel >= u.plane || first >= u.C) { return; }
  let last = min(first + u.run, u.C);
  // Loops over further images if there are more than a grid may be deep.
  for (var n = id.z; n < u.N; n += groups.z * WGZ) {
    let base = i32(n) * u.C * u.plane + pixel;
    var x0 = 0.0;
    var x1 = load(base, first - 2);
    var x2 = load(base, first - 1);
    var x3 = load(base, first);
    var x4 = load(base, first + 1);
    for (var c = first; c < last; c++) {
      x0 = x1; x1 = x2; x2 = x3; x3 = x4;
      x4 = load(base, c + 2);
      var sum = x1 * x1 + x2 * x2 + x3 * x3;
      if (WIDE) { sum += x0 * x0 + x4 * x4; }
      y[base + c * u.plane] = x2 * power(u.k + u.a * sum);
    }
    if (TURNS == 0u) { break; }
  }
}
