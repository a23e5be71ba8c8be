// y = f(x), element by element; FUNCTION says which (functions.ts). One thread per element.
override WGX: u32 = 64u;
override FUNCTION: u32 = 0u;

struct Uniforms { n: u32 }
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
    case 0u: { return circle(v).x; }
    case 1u: { return circle(v).y; }
    case 2u: { let c = circle(v); return c.x / c.y; }
    case 3u: { return arcSin(v); }
    case 4u: { return arcCos(v); }
    case 5u: { return arcTan(v); }
    case 6u: { return sineH(v); }
    case 7u: { return cosineH(v); }
    case 8u: { return areaSine(v); }
    case 9u: { return areaCosine(v); }
    default: { return areaTangent(v); }
  }
}
