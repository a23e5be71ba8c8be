// y = a ∘ b with broadcasting, FUNCTION: 0 add, 1 subtract, 2 multiply, 3 divide, 4 maximum, 5 minimum, 6 power, 7 a·b where a is
// negative (PReLU). Or, with
// PARTIAL 1 or 2, dy times the derivative after a or b, in y's shape: what a broadcast repeats is summed afterwards.
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

fn value(l: f32, r: f32) -> f32 {
  switch FUNCTION {
    case 0u: { return l + r; }
    case 1u: { return l - r; }
    case 2u: { return l * r; }
    case 3u: { return l / r; }
    case 4u: { return max(l, r); }
    case 5u: { return min(l, r); }
    case 7u: { return select(l * r, l, l > 0.0); }
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
    default: { return power(l, r) * log(l); }
  }
}

@compute @workgroup_size(WGX)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * WGX + id.x;
  if (i >= u.n) { return; }
  var rest = i;
  let i5 = rest % u.d5; rest /= u.d5;
  let i4 = rest % u.d4; rest /= u.d4;
  let i3 = rest % u.d3; rest /= u.d3;
  let i2 = rest % u.d2; rest /= u.d2;
  let i1 = rest % u.d1; rest /= u.d1;
  let l = a[rest * u.a0 + i1 * u.a1 + i2 * u.a2 + i3 * u.a3 + i4 * u.a4 + i5 * u.a5];
  let r = b[rest * u.b0 + i1 * u.b1 + i2 * u.b2 + i3 * u.b3 + i4 * u.b4 + i5 * u.b5];
  if (PARTIAL == 1u) {
    y[i] = dy[i] * afterA(l, r);
  } else if (PARTIAL == 2u) {
    y[i] = dy[i] * afterB(l, r);
  } else {
    y[i] = value(l, r);
  }
}
