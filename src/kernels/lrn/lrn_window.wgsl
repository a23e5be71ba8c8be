// A library that lrn_across.wgsl and its gradient share: their sizes, power(s) = s^−β, and load(base, c) = x of channel c, 0 outside.
override WIDE: bool = true;           // 5 channels, else 3
override THREE_QUARTERS: bool = true; // beta = 0.75, which needs two roots and no power

struct Uniforms { N: u32, C: i32, plane: i32, run: i32, a: f32, k: f32, beta: f32 }

fn power(s: f32) -> f32 {
  if (THREE_QUARTERS) {
    let r = inverseSqrt(s);
    return r * sqrt(r);
  }
  return pow(s, -u.beta);
}

fn load(base: i32, c: i32) -> f32 {
  return select(0.0, x[base + clamp(c, 0, u.C - 1) * u.plane], c >= 0 && c < u.C);
}
