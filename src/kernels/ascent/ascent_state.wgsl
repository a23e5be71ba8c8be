// One row of bookkeeping per image and step: does the image still move, is this the best or the first success, and everything
// that is recorded. gg = ‖g‖² over all variables. [N, 16]. One thread per image.
override WGX: u32 = 64u;

struct Uniforms { N: u32, size: u32, index: u32, last: u32, restless: u32 }
// Columns of a row; the same list stands in index.ts.
struct Row {
  live: f32, rate: f32, isBest: f32, isFirst: f32,
  best: f32, bestStep: f32, first: f32, firstStep: f32,
  objective: f32, gradient: f32, norm: f32, distance: f32,
  deviation: f32, top: f32, step: f32, finite: f32,
}
@group(0) @binding(0) var<storage, read> objective: array<f32>;
@group(0) @binding(1) var<storage, read> top: array<u32>;
@group(0) @binding(2) var<storage, read> gg: array<f32>;
@group(0) @binding(3) var<storage, read> sums: array<f32>; // Σx, Σx², Σ(x−x₀)², each [N]
@group(0) @binding(4) var<storage, read> rate: array<f32>;
@group(0) @binding(5) var<storage, read> before: array<Row>;
@group(0) @binding(6) var<storage, read> step: array<u32>;
@group(0) @binding(7) var<storage, read_write> after: array<Row>;
@group(0) @binding(8) var<uniform> u: Uniforms;

// By its bits: a compiler may assume that NaN does not happen.
fn finite(v: f32) -> bool {
  return (bitcast<u32>(v) & 0x7f800000u) != 0x7f800000u;
}

@compute @workgroup_size(WGX)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let n = id.y * groups.x * WGX + id.x;
  if (n >= u.N) { return; }
  let now = step[0];
  let obj = objective[n];
  let g2 = gg[n];
  var row = before[n];

  row.finite = select(0.0, 1.0, finite(obj) && finite(g2) && finite(sums[u.N + n]));
  row.live = select(0.0, 1.0, row.finite == 1.0 && (g2 > 0.0 || u.restless == 1u) && now < u.last);
  row.rate = rate[n];

  let better = row.finite == 1.0 && (now == 0u || obj > row.best);
  row.isBest = select(0.0, 1.0, better);
  if (better) {
    row.best = obj;
    row.bestStep = f32(now);
  }
  let seen = now != 0u && row.firstStep >= 0.0;
  let first = row.finite == 1.0 && !seen && top[n] == u.index;
  row.isFirst = select(0.0, 1.0, first);
  if (first) {
    row.first = obj;
    row.firstStep = f32(now);
  } else if (!seen) {
    row.firstStep = -1.0;
  }

  let mean = sums[n] / f32(u.size);
  row.objective = obj;
  row.gradient = sqrt(g2);
  row.norm = sqrt(sums[u.N + n]);
  row.distance = sqrt(sums[2u * u.N + n]);
  row.deviation = sqrt(max(sums[u.N + n] / f32(u.size) - mean * mean, 0.0));
  row.top = f32(top[n]);
  row.step = f32(now);
  after[n] = row;
}
