// y = a ∘ b with broadcasting, FUNCTION: 0 add, 1 subtract, 2 multiply, 3 divide, 4 maximum, 5 minimum, 6 power, 7 a·b where a is
// negative (PReLU), 8 a > b, 9 a ≥ b, 10 a < b, 11 a ≤ b, 12 a = b, 13 and, 14 or, 15 exclusive or, 16 remainder with the sign of
// b, 17 remainder with the sign of a, 18 quotient and 19 power cut towards 0. What is true is 1, what is false 0.
// Or, with PARTIAL 1 or 2, dy times the derivative after a or b, in y's shape: what a broadcast repeats is summed afterwards.
// Shapes are padded in front to six axes; a stride of 0 repeats. One thread per element of y.
override WGX: u32 = 64u;
override FUNCTION: u32 = 0u;
override PARTIAL: u32 = 0u;

struct Uniforms {
  n: u32, d1: u32, d2: u32, d3: u32, d4: u32, d5: u32, // elements of y, and its axes but the first
  a0: u32, a1: u32, a2: u32, a3: u32, a4: u32, a5: u32,
  b0: u32, b1: u32, b2: u32, b3: u32, b4: u32, b5: u32,
}
@group(0) @binding(0) var<storage, read> a: array<f32>;
@group(0) @binding(1) var<storage, read> b: array<f32>;
@group(0) @binding(2) var<storage, read> dy: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
@group(0) @binding(4) var<uniform> u: Uniforms;

fn power(v: f32, p: f32) -> f32 {
  if (p == 0.0) { return 1.0; }
  if (v < 0.0 && fract(p) != 0.0) { return sqrt(v); } // not a number
  let r = pow(abs(v), p);
  return select(r, -r, v < 0.0 && fract(p * 0.5) != 0.0);
}

// What is left of l after whole multiples of r, with the sign of l. A quotient of whole numbers may be rounded to just below or
// above a whole one, which the rest tells.
fn rest(l: f32, r: f32) -> f32 {
  let size = abs(r);
  // An infinite r too.
  if (abs(l) < size) { return l; }
  var m = l - r * trunc(l / r);
  if (abs(m) >= size) { m -= sign(m) * size; }
  if (m * l < 0.0) { m += sign(l) * size; }
  return m;
}

fn floored(l: f32, r: f32) -> f32 {
  let m = rest(l, r);
  return select(m, m + r, m != 0.0 && (m < 0.0) != (r < 0.0));
}

// pow may miss a whole number by a few roundings.
fn wholePower(v: f32, p: f32) -> f32 {
  let r = power(v, p);
  let near = round(r);
  return select(trunc(r), near, abs(r - near) <= 1e-5 * abs(near));
}

fn value(l: f32, r: f32) -> f32 {
  switch FUNCTION {
    case 0u: { return l + r; }
    case 1u: { return l - r; }
    case 2u: { return l * r; }
    case 3u: { return l / r; }
    case 4u: { return max(l, r); }
    case 5u: { return min(l, r); }
    case 7u: { return select(l * r, l, l > 0.0); }
    case 8u: { return select(0.0, 1.0, l > r); }
    case 9u: { return select(0.0, 1.0, l >= r); }
    case 10u: { return select(0.0, 1.0, l < r); }
    case 11u: { return select(0.0, 1.0, l <= r); }
    case 12u: { return select(0.0, 1.0, l == r); }
    case 13u: { return select(0.0, 1.0, l != 0.0 && r != 0.0); }
    case 14u: { return select(0.0, 1.0, l != 0.0 || r != 0.0); }
    case 15u: { return select(0.0, 1.0, (l != 0.0) != (r != 0.0)); }
    case 16u: { return floored(l, r); }
    case 17u: { return rest(l, r); }
    case 18u: { return round((l - rest(l, r)) / r); }
    case 19u: { return wholePower(l, r); }
    default: { return power(l, r); }
  }
}

fn afterA(l: f32, r: f32) -> f32 {
  switch FUNCTION {
    case 2u: { return r; }
    case 3u: { return 1.0 / r; }
    case 4u: { return select(0.0, 1.0, l >= r); }
    case 5u: { return select(0.0, 1.0, l <= r); }
    case 6u: { return r * power(l, r - 1.0); }
    case 7u: { return select(r, 1.0, l > 0.0); }
    case 8u, 9u, 10u, 11u, 12u, 13u, 14u, 15u, 18u, 19u: { return 0.0; }
    default: { return 1.0; }
  }
}

fn afterB(l: f32, r: f32) -> f32 {
  switch FUNCTION {
    case 0u: { return 1.0; }
    case 1u: { return -1.0; }
    case 2u: { return l; }
    case 3u: { return -l / (r * r); }
    case 4u: { return select(0.0, 1.0, r > l); }
    case 5u: { return select(0.0, 1.0, r < l); }
    case 7u: { return min(l, 0.0); }
    case 8u, 9u, 10u, 11u, 12u, 13u, 14u, 15u, 18u, 19u: { return 0.0; }
    case 16u: { return -round((l - floored(l, r)) / r); }
    case 17u: { return -round((l - rest(l, r)) / r); }
    default: { return power(l, r) * log(l); }
  }
}

@compute @workgroup_size(WGX)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * WGX + id.x;
  if (i >= u.n) { return; }
  var left = i;
  let i5 = left % u.d5; left /= u.d5;
  let i4 = left % u.d4; left /= u.d4;
  let i3 = left % u.d3; left /= u.d3;
  let i2 = left % u.d2; left /= u.d2;
  let i1 = left % u.d1; left /= u.d1;
  let l = a[left * u.a0 + i1 * u.a1 + i2 * u.a2 + i3 * u.a3 + i4 * u.a4 + i5 * u.a5];
  let r = b[left * u.b0 + i1 * u.b1 + i2 * u.b2 + i3 * u.b3 + i4 * u.b4 + i5 * u.b5];
  if (PARTIAL == 1u) {
    y[i] = dy[i] * afterA(l, r);
  } else if (PARTIAL == 2u) {
    y[i] = dy[i] * afterB(l, r);
  } else {
    y[i] = value(l, r);
  }
}
