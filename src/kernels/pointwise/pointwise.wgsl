// y = f(x), element by element; FUNCTION says which (functions.ts), a, b and c are its parameters. One thread per element.
override WGX: u32 = 64u;
override FUNCTION: u32 = 0u;

struct Uniforms { n: u32, a: f32, b: f32, c: f32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<uniform> u: Uniforms;

@compute @workgroup_size(WGX)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * WGX + id.x;
  if (i >= u.n) { return; }
  y[i] = value(x[i]);
}

fn value(v: f32) -> f32 {
  switch FUNCTION {
    case 0u: { return abs(v); }
    case 1u: { return -v; }
    case 2u: { return exp(u.a * v + u.b); }
    case 3u: { return logarithm(u.a * v + u.b) * u.c; }
    case 4u: { return sqrt(v); }
    case 5u: { return power(u.a * v + u.b, u.c); }
    case 6u: { return sigmoid(v); }
    case 7u: { return hyperbolic(v); }
    case 8u: { return softplus(v); }
    case 9u: { return v / (1.0 + abs(v)); }
    case 10u: { return select(u.a * expMinus1(v * u.c), u.b * v, v > 0.0); }
    case 11u: { return select(0.0, v, v > u.a); }
    case 12u: { return clamp(v, u.a, u.b); }
    case 13u: { return clamp(u.a * v + u.b, 0.0, 1.0); }
    case 14u: { return v * clamp(u.a * v + u.b, 0.0, 1.0); }
    case 15u: { return v * sigmoid(u.a * v); }
    case 16u: { return v * hyperbolic(softplus(v)); }
    case 17u: { return erf(v); }
    case 18u: { return 0.5 * v * (1.0 + erf(v * 0.70710678)); }
    case 19u: { return 0.5 * v * (1.0 + hyperbolic(0.79788456 * (v + 0.044715 * v * v * v))); }
    case 21u: { return floor(v); }
    case 22u: { return ceil(v); }
    case 23u: { return round(v); }
    case 24u: { return trunc(v); }
    case 25u: { return sign(v); }
    case 26u: { return select(0.0, 1.0, isZero(v)); }
    case 27u: { return select(1.0, 0.0, isZero(v)); }
    // NaN and infinity are told by their bits: a compiler may take floats to be finite.
    case 28u: { return select(0.0, 1.0, (bitcast<u32>(v) & 0x7fffffffu) > 0x7f800000u); }
    case 29u: {
      let bits = bitcast<u32>(v);
      return select(0.0, 1.0, (bits == 0x7f800000u && u.a != 0.0) || (bits == 0xff800000u && u.b != 0.0));
    }
    default: { return 1.0 / v; }
  }
}

fn isZero(v: f32) -> bool { return (bitcast<u32>(v) & 0x7fffffffu) == 0u; }
