// y[o,l,i] = Σ_{k ≤ l} x[o,k,i], or with EXCLUSIVE over k < l; with REVERSE over k ≥ l or k > l. x is [outer, L, inner].
// One thread per row (o, i): it adds in order, so that two runs give the same bits.
override WGX: u32 = 64u;
override EXCLUSIVE: bool = false;
override REVERSE: bool = false;

struct Uniforms { rows: u32, L: u32, inner: u32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<uniform> u: Uniforms;

@compute @workgroup_size(WGX)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let row = id.y * groups.x * WGX + id.x;
  if (row >= u.rows) { return; }
  let first = row / u.inner * u.L * u.inner + row % u.inner;
  var sum = 0.0;
  for (var k = 0u; k < u.L; k++) {
    let i = first + select(k, u.L - 1u - k, REVERSE) * u.inner;
    let before = sum;
    sum += x[i];
    y[i] = select(sum, before, EXCLUSIVE);
  }
}
