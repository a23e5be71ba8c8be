// t[n] = (v, bound): the q-th percentile of x[n, :] with linear interpolation between order statistics a ≤ b at ranks
// r and r+1, v = a + (b−a)·f (numpy's rule), and the bound for which x < v ⇔ x < bound: b where f > 0, else a. The bound
// is an element of x, so the comparison is exact whatever the rounding of v.
// A workgroup per row, see rows.wgsl. Radix select: floats become u32 in the same order, and four passes of 8 bits each count,
// in workgroup memory, how many candidates have each next byte. Counting is in integers: the same result every time.
// find(t, rank) is in percentile_workgroup.wgsl or percentile_subgroup.wgsl.
struct Uniforms { N: u32, size: u32, rank: u32, fraction: f32, active_: u32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> t: array<vec2f>;
@group(0) @binding(2) var<uniform> u: Uniforms;
var<workgroup> bins: array<atomic<u32>, 256>;

// Order-preserving: negative floats reversed, positive ones above them.
fn key(v: f32) -> u32 {
  let bits = bitcast<u32>(v + 0.0); // −0 counts as 0
  return select(bits | 0x80000000u, ~bits, (bits & 0x80000000u) != 0u);
}
fn value(k: u32) -> f32 {
  return bitcast<f32>(select(~k, k & 0x7fffffffu, (k & 0x80000000u) != 0u));
}

@compute @workgroup_size(WGX)
fn main(thread: Thread) {
  if (u.active_ == 0u) { return; }
  let n = rowOf(thread);
  let lane = laneOf(thread);
  let first = min(n, u.N - 1u) * u.size;
  var prefix = 0u;
  var mask = 0u;
  var rank = u.rank;
  for (var pass_ = 0u; pass_ < 4u; pass_++) {
    let shift = 24u - 8u * pass_;
    for (var i = lane; i < 256u; i += WGX) { atomicStore(&bins[i], 0u); }
    workgroupBarrier();
    for (var i = lane; i < u.size; i += WGX) {
      let k = key(x[first + i]);
      if ((k & mask) == prefix) { atomicAdd(&bins[(k >> shift) & 255u], 1u); }
    }
    workgroupBarrier();
    let found = find(thread, rank);
    prefix |= found.x << shift;
    mask |= 255u << shift;
    rank -= found.y;
    workgroupBarrier();
  }

  // prefix is now a's key, rank its place among its equals; the last counts say how many equals there are.
  let a = value(prefix);
  let last = rank + 1u >= atomicLoad(&bins[prefix & 255u]);
  var above = 0xffffffffu;
  if (last) {
    for (var i = lane; i < u.size; i += WGX) {
      let k = key(x[first + i]);
      if (k > prefix) { above = min(above, k); }
    }
  }
  above = ~greatest(thread, ~above);
  if (lane == 0u && n < u.N) {
    let b = select(a, value(above), last && above != 0xffffffffu);
    let f = u.fraction;
    let v = select(a + (b - a) * f, b - (b - a) * (1.0 - f), f >= 0.5);
    t[n] = vec2f(v, select(a, b, f > 0.0));
  }
}
