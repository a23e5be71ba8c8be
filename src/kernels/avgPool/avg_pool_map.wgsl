// y[n,c] = Σ_hw x[n,c,h,w] / (H·W): one window over the whole map. LANES threads per plane add with a stride of LANES, then a tree in
// workgroup memory, always in the same order.
override WGX: u32 = 64u;
override LANES: u32 = 1u; // a power of two that divides WGX

struct Uniforms { planes: u32, size: u32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<uniform> u: Uniforms;
var<workgroup> partial: array<f32, WGX>;

@compute @workgroup_size(WGX)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) t: u32,
) {
  let plane = ((group.y * groups.x + group.x) * WGX + t) / LANES;
  let lane = t % LANES;
  // Threads beyond the last plane keep company at the barriers.
  let row = min(plane, u.planes - 1u) * u.size;
  var sum = 0.0;
  for (var i = lane; i < u.size; i += LANES) { sum += x[row + i]; }
  partial[t] = sum;
  workgroupBarrier();
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    if (lane < half) { partial[t] += partial[t + half]; }
    workgroupBarrier();
  }
  if (lane == 0u && plane < u.planes) { y[plane] = partial[t] / f32(u.size); }
}
