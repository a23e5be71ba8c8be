// fc_dx.wgsl for K divisible by 4: a thread makes four neighbours of dx for up to four images, reading each weight once.
//   part[slot, n, k] = Σ dy[n, m0+m] · w[m,k] over the slot's share of the rows
// Rows where dy is zero for all its images are not read: a unit's gradient starts with one row, and a ReLU stops half of them.
// w may be rows m0 and on of a larger matrix. Grid: x over K/4, y over images in fours, z over slots.
override WIDE: bool = false; // a batch of one: a thread makes 16 neighbours of dx, and a row is read in longer runs
override WGX: u32 = 64u;
override WGY: u32 = 1u;
override WGZ: u32 = 1u;

struct Uniforms { N: u32, M: u32, rows: u32, m0: u32, quads: u32, slot: u32, share: u32 }
@group(0) @binding(0) var<storage, read> dy: array<f32>;
@group(0) @binding(1) var<storage, read> w: array<vec4u>;
@group(0) @binding(2) var<storage, read_write> part: array<vec4f>;
@group(0) @binding(3) var<uniform> u: Uniforms;

fn wide(quad: u32, first: u32, last: u32, to_: u32) {
  // What is beyond the row repeats its last four, and is not stored.
  let end = u.quads - 1u;
  let q1 = min(quad + 1u, end);
  let q2 = min(quad + 2u, end);
  let q3 = min(quad + 3u, end);
  var s0 = vec4f();
  var s1 = vec4f();
  var s2 = vec4f();
  var s3 = vec4f();
  let rows = u.m0;
  let quads = u.quads;
  for (var m = first; m < last; m++) {
    let d = dy[rows + m];
    if (d != 0.0) {
      let row = m * quads;
      s0 += d * weights(row + quad);
      s1 += d * weights(row + q1);
      s2 += d * weights(row + q2);
      s3 += d * weights(row + q3);
    }
  }
  part[to_ + quad] = s0;
  if (quad + 1u <= end) { part[to_ + quad + 1u] = s1; }
  if (quad + 2u <= end) { part[to_ + quad + 2u] = s2; }
  if (quad + 3u <= end) { part[to_ + quad + 3u] = s3; }
}

@compute @workgroup_size(WGX, WGY, WGZ)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  if (id.x * select(1u, 4u, WIDE) >= u.quads) { return; }
  let first = id.z * u.share;
  let last = min(first + u.share, u.rows);
  if (WIDE) {
    wide(id.x * 4u, first, last, (u.slot + id.z) * u.quads);
    return;
  }
  let base = (u.slot + id.z) * u.N * u.quads + id.x;
  for (var n = id.y * 4u; n < u.N; n += groups.y * 4u) {
    let y0 = n * u.M + u.m0;
    let y1 = min(n + 1u, u.N - 1u) * u.M + u.m0;
    let y2 = min(n + 2u, u.N - 1u) * u.M + u.m0;
    let y3 = min(n + 3u, u.N - 1u) * u.M + u.m0;
    var s0 = vec4f();
    var s1 = vec4f();
    var s2 = vec4f();
    var s3 = vec4f();
    for (var m = first; m < last; m++) {
      let d = vec4f(dy[y0 + m], dy[y1 + m], dy[y2 + m], dy[y3 + m]);
      if (any(d != vec4f())) {
        let v = weights(m * u.quads + id.x);
        s0 += d.x * v;
        s1 += d.y * v;
        s2 += d.z * v;
        s3 += d.w * v;
      }
    }
    part[base + n * u.quads] = s0;
    if (n + 1u < u.N) { part[base + (n + 1u) * u.quads] = s1; }
    if (n + 2u < u.N) { part[base + (n + 2u) * u.quads] = s2; }
    if (n + 3u < u.N) { part[base + (n + 3u) * u.quads] = s3; }
  }
}
