// dx = dy · f'(x), element by element; functions and parameters as in pointwise.wgsl. One thread per element.
override WGX: u32 = 64u;
override FUNCTION: u32 = 0u;

struct Uniforms { n: u32, a: f32, b: f32, c: f32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read_write> dx: array<f32>;
@group(0) @binding(3) var<uniform> u: Uniforms;

@compute @workgroup_size(WGX)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * WGX + id.x;
  if (i >= u.n) { return; }
  dx[i] = dy[i] * derivative(x[i]);
}

fn derivative(v: f32) -> f32 {
  switch FUNCTION {
    case 0u: { return sign(v); }
    case 1u: { return -1.0; }
    case 2u: { return u.a * exp(u.a * v + u.b); }
    case 3u: { return u.c * u.a / (u.a * v + u.b); }
    case 4u: { return 0.5 / sqrt(v); }
    case 5u: { return select(0.0, u.c * u.a * power(u.a * v + u.b, u.c - 1.0), u.c != 0.0); }
    case 6u: { let s = sigmoid(v); return s * (1.0 - s); }
    case 7u: { let t = hyperbolic(v); return 1.0 - t * t; }
    case 8u: { return sigmoid(v); }
    case 9u: { let d = 1.0 + abs(v); return 1.0 / (d * d); }
    case 10u: { return select(u.a * u.c * exp(v * u.c), u.b, v > 0.0); }
    case 11u: { return select(0.0, 1.0, v > u.a); }
    case 12u: { return select(0.0, 1.0, v >= u.a && v <= u.b); }
    case 13u: { let l = u.a * v + u.b; return select(0.0, u.a, l > 0.0 && l < 1.0); }
    case 14u: { let l = u.a * v + u.b; return select(clamp(l, 0.0, 1.0), l + u.a * v, l > 0.0 && l < 1.0); }
    case 15u: { let s = sigmoid(u.a * v); return s + u.a * v * s * (1.0 - s); }
    case 16u: { let t = hyperbolic(softplus(v)); return t + v * (1.0 - t * t) * sigmoid(v); }
    case 17u: { return 1.1283791671 * exp(-v * v); }
    case 18u: { return 0.5 * (1.0 + erf(v * 0.70710678)) + v * 0.39894228 * exp(-0.5 * v * v); }
    case 19u: {
      let t = hyperbolic(0.79788456 * (v + 0.044715 * v * v * v));
      return 0.5 * (1.0 + t) + 0.5 * v * (1.0 - t * t) * 0.79788456 * (1.0 + 0.134145 * v * v);
    }
    // What is piecewise constant.
    case 21u, 22u, 23u, 24u, 25u, 26u, 27u, 28u, 29u: { return 0.0; }
    default: { return -1.0 / (v * v); }
  }
}
