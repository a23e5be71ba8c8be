// A library of percentile.wgsl: find(t, rank) = (the bin of the candidate with this rank, how many candidates come before the bin).
// One thread counts.
var<workgroup> chosen: vec2u;

fn find(t: Thread, rank: u32) -> vec2u {
  if (t.at == 0u) {
    var before = 0u;
    var bin = 0u;
    for (; bin < 255u; bin++) {
      let count = atomicLoad(&bins[bin]);
      if (before + count > rank) { break; }
      before += count;
    }
    chosen = vec2u(bin, before);
  }
  workgroupBarrier();
  return chosen;
}
