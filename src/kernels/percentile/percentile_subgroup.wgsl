// A library of percentile.wgsl: find as in percentile_workgroup.wgsl, with subgroups. Each subgroup counts all bins, each thread
// some of them.
fn find(t: Thread, rank: u32) -> vec2u {
  let each = (255u + t.lanes) / t.lanes;
  var bin = min(t.lane * each, 256u);
  let end = min(bin + each, 256u);
  var own = 0u;
  for (var i = bin; i < end; i++) { own += atomicLoad(&bins[i]); }
  var before = subgroupExclusiveAdd(own);
  var found = vec2u();
  // It is among those of one thread.
  if (before <= rank && rank < before + own) {
    for (; bin < end; bin++) {
      let count = atomicLoad(&bins[bin]);
      if (before + count > rank) { break; }
      before += count;
    }
    found = vec2u(bin, before);
  }
  return subgroupAdd(found);
}
