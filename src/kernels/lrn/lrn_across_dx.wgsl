// The gradient of lrn_across.wgsl in one pass:  dx_c = dy_c · s_c^−β − 2aβ · x_c · Σ_{|j−c| ≤ HALF} dy_j x_j s_j^(−β−1).
// x is [N, C, plane]. One thread per pixel and run of `run` channels. It walks them two channels ahead of the one it writes: x[c..c+4] gives
// s of channel c+2, and the last five terms are in registers.
override WGX: u32 = 64u;
override WGY: u32 = 1u;
override WGZ: u32 = 1u;
override TURNS: u32 = 1u; // 0 where the grid is as deep as it has to be

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read_write> dx: array<f32>;
@group(0) @binding(3) var<uniform> u: Uniforms;

@compute @workgroup_size(WGX, WGY, WGZ)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let pixel = i32(id.x);
  let first = i32(id.y) * u.run;
  if (pixel >= u.plane || first >= u.C) { return; }
  let last = min(first + u.run, u.C);
  // Loops over further images if there are more than a grid may be deep.
  for (var n = id.z; n < u.N; n += groups.z * WGZ) {
    let base = i32(n) * u.C * u.plane + pixel;
    // x of channels c to c+4, dy · s^−β of c to c+2, and the terms of c−2 to c+2.
    var x0 = 0.0;
    var x1 = load(base, first - 4);
    var x2 = load(base, first - 3);
    var x3 = load(base, first - 2);
    var x4 = load(base, first - 1);
    var p0 = 0.0; var p1 = 0.0; var p2 = 0.0;
    var t0 = 0.0; var t1 = 0.0; var t2 = 0.0; var t3 = 0.0; var t4 = 0.0;
    for (var c = first - 4; c < last; c++) {
      x0 = x1; x1 = x2; x2 = x3; x3 = x4;
      x4 = load(base, c + 4);
      p0 = p1; p1 = p2;
      t0 = t1; t1 = t2; t2 = t3; t3 = t4;
      var sum = x1 * x1 + x2 * x2 + x3 * x3;
      if (WIDE) { sum += x0 * x0 + x4 * x4; }
      let s = u.k + u.a * sum;
      let j = c + 2;
      let d = select(0.0, dy[base + clamp(j, 0, u.C - 1) * u.plane], j >= 0 && j < u.C);
      p2 = d * power(s);
      t4 = p2 * x2 / s;
      var terms = t1 + t2 + t3;
      if (WIDE) { terms += t0 + t4; }
      if (c >= first) { dx[base + c * u.plane] = p0 - 2.0 * u.a * u.beta * x0 * terms; }
    }
    if (TURNS == 0u) { break; }
  }
}
