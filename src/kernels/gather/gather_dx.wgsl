// dx[o,l,i] = Σ_j dy[o,j,i] over the j whose index is l: the gradient of gather.wgsl, whose EACH it has. A gather, so that two runs
// give the same bits. One thread per dx.
override WGX: u32 = 64u;
override EACH: bool = false;

struct Uniforms { n: u32, L: u32, J: u32, inner: u32 }
@group(0) @binding(0) var<storage, read> at: array<f32>;
@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read_write> dx: array<f32>;
@group(0) @binding(3) var<uniform> u: Uniforms;

@compute @workgroup_size(WGX)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let k = id.y * groups.x * WGX + id.x;
  if (k >= u.n) { return; }
  let i = k % u.inner;
  let l = i32(k / u.inner % u.L);
  let o = k / (u.inner * u.L);
  var sum = 0.0;
  for (var j = 0u; j < u.J; j++) {
    let element = (o * u.J + j) * u.inner + i;
    let place = select(j, element, EACH);
    let index = i32(at[place]);
    if (index == l || index + i32(u.L) == l) { sum += dy[element]; }
  }
  dx[k] = sum;
}
