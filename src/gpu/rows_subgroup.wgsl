// A library: reductions over the threads of a row (rows.wgsl) with subgroup functions. If one subgroup has the row, it needs no
// workgroup memory. Otherwise every subgroup reads the values of the whole workgroup, because WGSL does not say which threads
// are in which subgroup.
struct Thread {
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) at: u32,
  @builtin(subgroup_invocation_id) lane: u32,
  @builtin(subgroup_size) lanes: u32,
}
var<workgroup> parts: array<u32, WGX>;

// Numbers of the workgroup, joined to one for each thread of a subgroup.
fn gathered(t: Thread, v: u32, how: u32) -> u32 {
  if (!MEET) { return v; }
  workgroupBarrier();
  parts[t.at] = v;
  workgroupBarrier();
  var all = parts[t.lane];
  for (var i = t.lane + t.lanes; i < WGX; i += t.lanes) { all = join(all, parts[i], how); }
  return all;
}

fn total(t: Thread, v: f32) -> f32 { return subgroupAdd(bitcast<f32>(gathered(t, bitcast<u32>(v), SUM))); }
fn most(t: Thread, v: f32) -> f32 { return subgroupMax(bitcast<f32>(gathered(t, bitcast<u32>(v), MOST))); }
fn greatest(t: Thread, v: u32) -> u32 { return subgroupMax(gathered(t, v, GREATEST)); }
