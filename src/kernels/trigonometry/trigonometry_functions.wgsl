// A library of trigonometric functions good to about 1e-7. WGSL's own may be off by 5e-4 (sin, cos) or by 4096 units in the last place (atan).
// The polynomials are those of Moshier's Cephes library (sinf.c, atanf.c, asinf.c, asinhf.c, acoshf.c, atanhf.c).

// sin and cos of v: v less whole quarters of a turn, in three parts so that no digits are lost.
fn circle(v: f32) -> vec2f {
  let turns = round(v * 0.63661977);
  let r = ((v - turns * 1.5703125) - turns * 4.8375129699707031e-4) - turns * 7.549789948768648e-8;
  let z = r * r;
  let s = r + r * z * (-1.6666654611e-1 + z * (8.3321608736e-3 - z * 1.9515295891e-4));
  let c = 1.0 - 0.5 * z + z * z * (4.166664568298827e-2 + z * (-1.388731625493765e-3 + z * 2.443315711809948e-5));
  switch i32(turns) & 3 {
    case 0: { return vec2f(s, c); }
    case 1: { return vec2f(c, -s); }
    case 2: { return vec2f(-s, -c); }
    default: { return vec2f(-c, s); }
  }
}

fn arcTan(v: f32) -> f32 {
  let a = abs(v);
  var base = 0.0;
  var r = a;
  if (a > 2.414213562373095) {
    base = 1.5707963267948966;
    r = -1.0 / a;
  } else if (a > 0.4142135623730950) {
    base = 0.7853981633974483;
    r = (a - 1.0) / (a + 1.0);
  }
  let z = r * r;
  let p = ((8.05374449538e-2 * z - 1.38776856032e-1) * z + 1.99777106478e-1) * z - 3.33329491539e-1;
  return select(1.0, -1.0, v < 0.0) * (base + p * z * r + r);
}

// Of a number from 0 to 1, half of it given by its square z.
fn arcSinSeries(r: f32, z: f32) -> f32 {
  let p = (((4.2163199048e-2 * z + 2.4181311049e-2) * z + 4.5470025998e-2) * z + 7.4953002686e-2) * z + 1.6666752422e-1;
  return p * z * r + r;
}

fn arcSin(v: f32) -> f32 {
  let a = abs(v);
  let far = 0.5 * (1.0 - a);
  var y = arcSinSeries(a, a * a);
  if (a > 0.5) { y = 1.5707963267948966 - 2.0 * arcSinSeries(sqrt(far), far); }
  return select(y, -y, v < 0.0);
}

fn arcCos(v: f32) -> f32 {
  let far = 0.5 * (1.0 - abs(v));
  if (v > 0.5) { return 2.0 * arcSinSeries(sqrt(far), far); }
  if (v < -0.5) { return 3.141592653589793 - 2.0 * arcSinSeries(sqrt(far), far); }
  return 1.5707963267948966 - arcSinSeries(v, v * v);
}

fn sineH(v: f32) -> f32 {
  let z = v * v;
  let series = v * (1.0 + z * (0.16666667 + z * (8.3333333e-3 + z * (1.9841270e-4 + z * 2.7557319e-6))));
  return select(0.5 * (exp(v) - exp(-v)), series, z < 1.0);
}

fn cosineH(v: f32) -> f32 { return 0.5 * (exp(v) + exp(-v)); }

fn areaSine(v: f32) -> f32 {
  let a = abs(v);
  let z = a * a;
  let p = ((2.0122003309e-2 * z - 4.2699340972e-2) * z + 7.4847586088e-2) * z - 1.6666288134e-1;
  var y = p * z * a + a;
  // Where the square would overflow, a and its root are one.
  if (a > 1e9) { y = log(a) + 0.69314718; } else if (a > 0.5) { y = log(a + sqrt(z + 1.0)); }
  return select(y, -y, v < 0.0);
}

fn areaCosine(v: f32) -> f32 {
  let t = v - 1.0;
  if (t > 1e9) { return log(v) + 0.69314718; }
  if (t >= 0.5) { return log(v + sqrt(t * (v + 1.0))); }
  let p = (((1.7596881071e-3 * t - 7.5272886713e-3) * t + 2.6454905019e-2) * t - 1.1784741703e-1) * t;
  // Below 1 there is none: the root says so.
  return (p + 1.4142135263) * sqrt(t);
}

fn areaTangent(v: f32) -> f32 {
  // Some adapters give log of a negative number as that of its size; the root of one is NaN on all that were tried.
  if (abs(v) > 1.0) { return sqrt(1.0 - v * v); }
  let z = v * v;
  let p = (((1.81740078349e-1 * z + 8.24370301058e-2) * z + 1.46691431730e-1) * z + 1.99782164500e-1) * z + 3.33337300303e-1;
  return select(0.5 * log((1.0 + v) / (1.0 - v)), p * z * v + v, abs(v) < 0.5);
}
