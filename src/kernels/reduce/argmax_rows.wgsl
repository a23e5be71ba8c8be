// at[n] = index of the first maximum of x[n, :]. One workgroup per row; ties go to the lower index at every stage.
override WGX: u32 = 256u;

struct Uniforms { N: u32, size: u32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> at: array<u32>;
@group(0) @binding(2) var<uniform> u: Uniforms;
var<workgroup> place: array<u32, WGX>;

@compute @workgroup_size(WGX)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) t: u32) {
  let n = group.y * groups.x + group.x;
  if (n >= u.N) { return; }
  let row = n * u.size;
  var best = min(t, u.size - 1u);
  for (var i = best; i < u.size; i += WGX) {
    if (x[row + i] > x[row + best]) { best = i; }
  }
  place[t] = best;
  workgroupBarrier();
  for (var half = WGX / 2u; half > 0u; half /= 2u) {
    if (t < half) {
      let mine = place[t];
      let other = place[t + half];
      let a = x[row + mine];
      let b = x[row + other];
      if (b > a || (b == a && other < mine)) { place[t] = other; }
    }
    workgroupBarrier();
  }
  if (t == 0u) { at[n] = place[0]; }
}
