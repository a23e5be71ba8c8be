// rows.wgsl with subgroups. If a row has the threads of a single subgroup, they need no workgroup memory. Otherwise each
// subgroup combines the numbers of the whole workgroup, because nothing tells which threads form a subgroup.
struct Thread {
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) at: u32,
  @builtin(subgroup_invocation_id) lane: u32,
  @builtin(subgroup_size) lanes: u32,
}
var<workgroup> parts: array<u32, WGX>;

// The workgroup's numbers, reduced to one per thread of a subgroup.
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
