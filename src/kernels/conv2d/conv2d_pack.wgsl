// Weights in the order in which the fast convolution reads them: p[group][block][ci][r][s][16 rows], zero where there is
// no row. Forward, a row is an output channel and ci an input channel:
//   p = w[g·Mg + row, ci, r, s]
// With `backward`, a row is an input channel and phase, row = (a·sx + b)·Cg + c, and ci an output channel. A stride of s leaves
// each of its s phases every s-th tap, so that backward is a convolution of stride 1 whose taps are flipped:
//   p = w[g·Ig + ci, c, a + sy·(T−1−r), b + sx·(U−1−s)]
// One thread per 16 packed weights.
override WGX: u32 = 64u;
override HALF: bool = false; // two weights in a word, in half precision

struct Uniforms {
  n: u32, blocks: u32, Mg: u32, Ig: u32, T: u32, U: u32, // rows and channels a group; taps
  Ip: u32, Up: u32,                                      // channels and taps of a row as packed, with zeros at their end
  R: u32, S: u32, sy: u32, sx: u32, Cg: u32,             // taps of w, strides, and w's second dimension
  rows: u32, backward: u32,                              // 16, which a compiler that knew it would write out 16 times
}
@group(0) @binding(0) var<storage, read> w: array<f32>;
@group(0) @binding(1) var<storage, read_write> p: array<u32>;
@group(0) @binding(2) var<uniform> u: Uniforms;

@compute @workgroup_size(WGX)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * WGX + id.x;
  if (i >= u.n) { return; }
  var rest = i;
  let s = rest % u.Up;
  rest /= u.Up;
  let r = rest % u.T;
  rest /= u.T;
  let ci = rest % u.Ip;
  rest /= u.Ip;
  let first = (rest % u.blocks) * 16u;
  let g = rest / u.blocks;
  let inside = ci < u.Ig && s < u.U;
  for (var j = 0u; j < u.rows; j += 2u) {
    var v = vec2f();
    if (inside) { v = vec2f(weight(g, first + j, ci, r, s), weight(g, first + j + 1u, ci, r, s)); }
    if (HALF) {
      p[i * 8u + j / 2u] = pack2x16float(v);
    } else {
      p[i * 16u + j] = bitcast<u32>(v.x);
      p[i * 16u + j + 1u] = bitcast<u32>(v.y);
    }
  }
}

fn weight(g: u32, row: u32, ci: u32, r: u32, s: u32) -> f32 {
  if (row >= u.Mg) { return 0.0; }
  if (u.backward == 0u) { return w[(((g * u.Mg + row) * u.Cg + ci) * u.R + r) * u.S + s]; }
  let c = row % u.Cg;
  let phase = row / u.Cg;
  let tapR = phase / u.sx + u.sy * (u.T - 1u - r);
  let tapS = phase % u.sx + u.sx * (u.U - 1u - s);
  if (tapR >= u.R || tapS >= u.S) { return 0.0; }
  return w[(((g * u.Ig + ci) * u.Cg + c) * u.R + tapR) * u.S + tapS];
}
