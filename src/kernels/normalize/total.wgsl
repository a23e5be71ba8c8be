// The sum of v over a workgroup, in every thread t of it, always in the same order. Appended to both shaders.
var<workgroup> partial: array<f32, WGX>;

fn total(t: u32, v: f32) -> f32 {
  workgroupBarrier();
  partial[t] = v;
  workgroupBarrier();
  for (var half = WGX / 2u; half > 0u; half /= 2u) {
    if (t < half) { partial[t] += partial[t + half]; }
    workgroupBarrier();
  }
  return partial[0];
}
