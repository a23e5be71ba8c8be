// y[n,k,p,q] = act( b[k] + Σ_{c,r,s} x[n, g·Cg+c, p·sy−py+r·dy, q·sx−px+s·dx] · w[k,c,r,s] ),  g = k / Kg
// NCHW, any stride, padding, dilation and group. One thread per y: the kernel to read. This is v1; variants/index.ts lists the
// faster ones.
override WGX: u32 = 64u;
override RELU: bool = false;

struct Uniforms {
  n: u32,
  C: u32, H: i32, W: i32,
  K: u32, P: u32, Q: u32,
  R: u32, S: u32,
  Cg: u32, Kg: u32,
  sy: u32, sx: u32, py: i32, px: i32, dy: u32, dx: u32,
  slope: f32,
}
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> w: array<f32>;
@group(0) @binding(2) var<storage, read> b: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
@group(0) @binding(4) var<uniform> u: Uniforms;

@compute @workgroup_size(WGX)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * WGX + id.x;
  if (i >= u.n) { return; }
  let q = i % u.Q;
  let p = (i / u.Q) % u.P;
  let k = (i / (u.Q * u.P)) % u.K;
  let n = i / (u.Q * u.P * u.K);

  let h0 = i32(p * u.sy) - u.py;
  let w0 = i32(q * u.sx) - u.px;
  let firstChannel = (k / u.Kg) * u.Cg;
  var sum = b[k];
  for (var c = 0u; c < u.Cg; c++) {
    let plane = i32((n * u.C + firstChannel + c) * u32(u.H * u.W));
    let taps = (k * u.Cg + c) * u.R * u.S;
    for (var r = 0u; r < u.R; r++) {
      let h = h0 + i32(r * u.dy);
      if (h < 0 || h >= u.H) { continue; }
      for (var s = 0u; s < u.S; s++) {
        let v = w0 + i32(s * u.dx);
        if (v < 0 || v >= u.W) { continue; }
        sum += x[plane + h * u.W + v] * w[taps + r * u.S + s];
      }
    }
  }
  if (RELU) { sum = select(u.slope * sum, sum, sum > 0.0); }
  y[i] = sum;
}
