// A library: reductions over the threads of a row (rows.wgsl) without subgroups, by a tree in workgroup memory.
struct Thread {
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) at: u32,
}
var<workgroup> parts: array<u32, WGX>;

fn joined(t: Thread, v: u32, how: u32) -> u32 {
  if (!MEET) { return v; }
  workgroupBarrier();
  parts[t.at] = v;
  workgroupBarrier();
  for (var half = WGX / 2u; half > 0u; half /= 2u) {
    if (t.at < half) { parts[t.at] = join(parts[t.at], parts[t.at + half], how); }
    workgroupBarrier();
  }
  return parts[0];
}

fn total(t: Thread, v: f32) -> f32 { return bitcast<f32>(joined(t, bitcast<u32>(v), SUM)); }
fn most(t: Thread, v: f32) -> f32 { return bitcast<f32>(joined(t, bitcast<u32>(v), MOST)); }
fn greatest(t: Thread, v: u32) -> u32 { return joined(t, v, GREATEST); }
