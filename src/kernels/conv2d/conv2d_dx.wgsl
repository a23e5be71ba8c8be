// dx[n,c,h,w] = Σ_{k∈group(c),r,s : (h+py−r·dy, w+px−s·dx) = (p·sy, q·sx)} dy[n,k,p,q] · w[k, c mod Cg, r, s]
// plus, with BIAS, b[c]: the forward pass of a deconvolution. NCHW. One thread per dx: a gather, so no atomics and the same bits
// every time.
override WGX: u32 = 64u;
override BIAS: bool = false;

struct Uniforms {
  n: u32,
  C: u32, H: u32, W: u32,
  K: u32, P: i32, Q: i32,
  R: u32, S: u32,
  Cg: u32, Kg: u32,
  sy: i32, sx: i32, py: i32, px: i32, dy: u32, dx: u32,
}
@group(0) @binding(0) var<storage, read> dy: array<f32>;
@group(0) @binding(1) var<storage, read> w: array<f32>;
@group(0) @binding(2) var<storage, read> b: array<f32>;
@group(0) @binding(3) var<storage, read_write> dx: array<f32>;
@group(0) @binding(4) var<uniform> u: Uniforms;

@compute @workgroup_size(WGX)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * WGX + id.x;
  if (i >= u.n) { return; }
  let col = i32(i % u.W) + u.px;
  let row = i32((i / u.W) % u.H) + u.py;
  let c = (i / (u.W * u.H)) % u.C;
  let n = i / (u.W * u.H * u.C);

  let firstK = (c / u.Cg) * u.Kg;
  let tap0 = (c % u.Cg) * u.R * u.S;
  var sum = 0.0;
  if (BIAS) { sum = b[c]; }
  for (var r = 0u; r < u.R; r++) {
    let t = row - i32(r * u.dy);
    if (t < 0 || t % u.sy != 0 || t / u.sy >= u.P) { continue; }
    for (var s = 0u; s < u.S; s++) {
      let v = col - i32(s * u.dx);
      if (v < 0 || v % u.sx != 0 || v / u.sx >= u.Q) { continue; }
      let pixel = u32((t / u.sy) * u.Q + v / u.sx);
      for (var k = firstK; k < firstK + u.Kg; k++) {
        sum += dy[(n * u.K + k) * u32(u.P * u.Q) + pixel] * w[k * u.Cg * u.R * u.S + tap0 + r * u.S + s];
      }
    }
  }
  dx[i] = sum;
}
