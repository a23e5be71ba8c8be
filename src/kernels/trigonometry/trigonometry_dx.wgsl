// dx = dy · f'(x), element by element; functions as in trigonometry.wgsl. One thread per element.
override WGX: u32 = 64u;
override FUNCTION: u32 = 0u;

struct Uniforms { n: u32 }
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
    case 0u: { return circle(v).y; }
    case 1u: { return -circle(v).x; }
    case 2u: { let c = circle(v); return 1.0 / (c.y * c.y); }
    case 3u: { return 1.0 / sqrt((1.0 - v) * (1.0 + v)); }
    case 4u: { return -1.0 / sqrt((1.0 - v) * (1.0 + v)); }
    case 5u: { return 1.0 / (1.0 + v * v); }
    case 6u: { return cosineH(v); }
    case 7u: { return sineH(v); }
    case 8u: { return 1.0 / sqrt(v * v + 1.0); }
    case 9u: { return 1.0 / sqrt((v - 1.0) * (v + 1.0)); }
    default: { return 1.0 / ((1.0 - v) * (1.0 + v)); }
  }
}
