// v3: as v2 (fc_dx_quads.wgsl), but for adapters on the CPU: a workgroup takes a share of the rows, eight at a time, and walks along
// them, so that memory is read in long runs; its sums wait in the cache. 9216→4096 at batch 1: 40 → 27 to 34 ms; at batch 9 from 25
// to 35 % of the best matrix product (lavapipe, docs/bench/other-layers.md).
//   part[slot, n, k] = Σ dy[n, m0+m] · w[m,k] over the slot's share of the rows
// Rows where dy is zero are not read: a unit's gradient starts with one row, and a ReLU stops half of them.
// Grid: z over slots. No thread reads what another wrote.
override SINGLE: bool = true; // a batch of one
override WGX: u32 = 8u;
override WGY: u32 = 1u;
override WGZ: u32 = 1u;

// Adds eight rows; what is not `fresh` has sums already.
fn addEight(row: array<u32, 8>, d: array<f32, 8>, to_: u32, fresh: bool, lane: u32) {
  let quads = u.quads;
  for (var q = lane; q < quads; q += WGX) {
    var s = d[0] * weights(row[0] + q) + d[1] * weights(row[1] + q);
    s += d[2] * weights(row[2] + q) + d[3] * weights(row[3] + q);
    s += d[4] * weights(row[4] + q) + d[5] * weights(row[5] + q);
    s += d[6] * weights(row[6] + q) + d[7] * weights(row[7] + q);
    if (!fresh) { s += part[to_ + q]; }
    part[to_ + q] = s;
  }
}

fn single(first: u32, last: u32, to_: u32, lane: u32) {
  var row: array<u32, 8>;
  var d: array<f32, 8>;
  var count = 0u;
  var fresh = true;
  for (var m = first; m < last; m++) {
    let v = dy[u.m0 + m];
    if (v != 0.0) {
      row[count] = m * u.quads;
      d[count] = v;
      count++;
    }
    if (count == 8u) {
      addEight(row, d, to_, fresh, lane);
      fresh = false;
      count = 0u;
    }
  }
  if (count > 0u) {
    // Fewer than eight are left: the others repeat the first, times zero.
    for (var j = count; j < 8u; j++) {
      row[j] = row[0];
      d[j] = 0.0;
    }
    addEight(row, d, to_, fresh, lane);
  } else if (fresh) {
    for (var q = lane; q < u.quads; q += WGX) { part[to_ + q] = vec4f(); }
  }
}

fn put(n: u32, at: u32, sum: vec4f, fresh: bool) {
  if (n < u.N) {
    var s = sum;
    if (!fresh) { s += part[at]; }
    part[at] = s;
  }
}

fn outer(d: vec3f, v: vec4f) -> mat3x4f { return mat3x4f(d.x * v, d.y * v, d.z * v); }

// Three images and eight rows at a time; the rows stay in the cache from one three of images to the next.
fn batch(first: u32, last: u32, base: u32, lane: u32) {
  let quads = u.quads;
  for (var m = first; m < last; m += 8u) {
    let fresh = m == first;
    for (var n = 0u; n < u.N; n += 3u) {
      let images = min(vec3u(n, n + 1u, n + 2u), vec3u(u.N - 1u)) * u.M + u.m0;
      // One vector per row: the cotangents of three images.
      var row: array<u32, 8>;
      var d: array<vec3f, 8>;
      var none = !fresh;
      for (var j = 0u; j < 8u; j++) {
        // Rows beyond the share repeat its last, times zero.
        let r = min(m + j, last - 1u);
        let at = images + r;
        row[j] = r * quads;
        d[j] = select(vec3f(), vec3f(dy[at.x], dy[at.y], dy[at.z]), m + j < last);
        none = none && all(d[j] == vec3f());
      }
      if (none) { continue; }
      for (var q = lane; q < quads; q += WGX) {
        var s = outer(d[0], weights(row[0] + q)) + outer(d[1], weights(row[1] + q));
        s += outer(d[2], weights(row[2] + q)) + outer(d[3], weights(row[3] + q));
        s += outer(d[4], weights(row[4] + q)) + outer(d[5], weights(row[5] + q));
        s += outer(d[6], weights(row[6] + q)) + outer(d[7], weights(row[7] + q));
        let at = base + n * quads + q;
        put(n, at, s[0], fresh);
        put(n + 1u, at + quads, s[1], fresh);
        put(n + 2u, at + 2u * quads, s[2], fresh);
      }
    }
  }
}

@compute @workgroup_size(WGX, WGY, WGZ)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let slot = group.z;
  let first = slot * u.share;
  let last = min(first + u.share, u.rows);
  if (SINGLE) {
    single(first, last, (u.slot + slot) * u.quads, local.x);
  } else {
    batch(first, last, (u.slot + slot) * u.N * u.quads, local.x);
  }
}
