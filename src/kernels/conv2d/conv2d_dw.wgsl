// dw[k,c,r,s] = Σ_{n,p,q} dy[n,k,p,q] · x[n, g·Cg+c, p·sy−py+r·dy, q·sx−px+s·dx],  g = k / Kg
// NCHW. One thread per weight: a gather over the batch and the output map.
override WGX: u32 = 64u;

struct Uniforms {
  n: u32, N: u32,
  C: u32, H: i32, W: i32,
  K: u32, P: u32, Q: u32,
  R: u32, S: u32,
  Cg: u32, Kg: u32,
  sy: u32, sx: u32, py: i32, px: i32, dy: u32, dx: u32,
}
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read_write> dw: array<f32>;
@group(0) @binding(3) var<uniform> u: Uniforms;

@compute @workgroup_size(WGX)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * WGX + id.x;
  if (i >= u.n) { return; }
  let s = i % u.S;
  let r = (i / u.S) % u.R;
  let c = (i / (u.S * u.R)) % u.Cg;
  let k = i / (u.S * u.R * u.Cg);

  let channel = (k / u.Kg) * u.Cg + c;
  var sum = 0.0;
  for (var n = 0u; n < u.N; n++) {
    let plane = i32((n * u.C + channel) * u32(u.H * u.W));
    let map = (n * u.K + k) * u.P * u.Q;
    for (var p = 0u; p < u.P; p++) {
      let h = i32(p * u.sy + r * u.dy) - u.py;
      if (h < 0 || h >= u.H) { continue; }
      for (var q = 0u; q < u.Q; q++) {
        let v = i32(q * u.sx + s * u.dx) - u.px;
        if (v < 0 || v >= u.W) { continue; }
        sum += dy[map + p * u.Q + q] * x[plane + h * u.W + v];
      }
    }
  }
  dw[i] = sum;
}
