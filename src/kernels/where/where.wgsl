// y = a where c is not 0, else b, with broadcasting: a choice and not a product, so that what is not chosen may be infinite.
// Shapes are padded in front to six axes; a stride of 0 repeats. One thread per element of y.
override WGX: u32 = 64u;

struct Uniforms {
  n: u32, d1: u32, d2: u32, d3: u32, d4: u32, d5: u32, // elements of y, and its axes but the first
  c0: u32, c1: u32, c2: u32, c3: u32, c4: u32, c5: u32,
  a0: u32, a1: u32, a2: u32, a3: u32, a4: u32, a5: u32,
  b0: u32, b1: u32, b2: u32, b3: u32, b4: u32, b5: u32,
}
@group(0) @binding(0) var<storage, read> c: array<f32>;
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read> b: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
@group(0) @binding(4) var<uniform> u: Uniforms;

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
  if (c[left * u.c0 + i1 * u.c1 + i2 * u.c2 + i3 * u.c3 + i4 * u.c4 + i5 * u.c5] != 0.0) {
    y[i] = a[left * u.a0 + i1 * u.a1 + i2 * u.a2 + i3 * u.a3 + i4 * u.a4 + i5 * u.a5];
  } else {
    y[i] = b[left * u.b0 + i1 * u.b1 + i2 * u.b2 + i3 * u.b3 + i4 * u.b4 + i5 * u.b5];
  }
}
