// fc_dx.wgsl for K divisible by 4, on adapters that run on a CPU: a workgroup takes a share of the rows, eight at a time, and
// walks along them, so that memory is read in long runs; its sums wait in the cache.
//   part[slot, n, k] = Σ dy[n, m0+m] · w[m,k] over the slot's share of the rows
// Rows where dy is zero are not read: a unit's gradient starts with one row, and a ReLU stops half of them.
// w may be rows m0 and on of a larger matrix. Grid: z over slots. No thread reads what another wrote.
override SINGLE: bool = true; // a batch of one
override WGX: u32 = 8u;
override WGY: u32 = 1u;
override WGZ: u32 = 1u;

struct Uniforms { N: u32, M: u32, rows: u32, m0: u32, quads: u32, slot: u32, share: u32 }
@group(0) @binding(0) var<storage, read> dy: array<f32>;
@group(0) @binding(1) var<storage, read> w: array<vec4u>;
@group(0) @binding(2) var<storage, read_write> part: array<vec4f>;
@group(0) @binding(3) var<uniform> u: Uniforms;

// Adds eight rows; what is not `fresh` has sums already.
fn addEight(row: array<u32, 8>, d: array<f32, 8>, to_: u32, fresh: bool, lane: u32) {
  let r0 = row[0];
  let r1 = row[1];
  let r2 = row[2];
  let r3 = row[3];
  let r4 = row[4];
  let r5 = row[5];
  let r6 = row[6];
  let r7 = row[7];
  let d0 = d[0];
  let d1 = d[1];
  let d2 = d[2];
  let d3 = d[3];
  let d4 = d[4];
  let d5 = d[5];
  let d6 = d[6];
  let d7 = d[7];
  let quads = u.quads;
  for (var q = lane; q < quads; q += WGX) {
    var s = d0 * weights(r0 + q) + d1 * weights(r1 + q);
    s += d2 * weights(r2 + q) + d3 * weights(r3 + q);
    s += d4 * weights(r4 + q) + d5 * weights(r5 + q);
    s += d6 * weights(r6 + q) + d7 * weights(r7 + q);
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

// Four images and four rows at a time; the rows stay in the cache from one four of images to the next.
fn batch(first: u32, last: u32, base: u32, lane: u32) {
  let quads = u.quads;
  for (var m = first; m < last; m += 4u) {
    // Rows beyond the share repeat its last, times zero.
    let end = last - 1u;
    let m1 = min(m + 1u, end);
    let m2 = min(m + 2u, end);
    let m3 = min(m + 3u, end);
    let inside = vec4<bool>(true, m + 1u <= end, m + 2u <= end, m + 3u <= end);
    for (var n = 0u; n < u.N; n += 4u) {
      let y0 = n * u.M + u.m0;
      let y1 = min(n + 1u, u.N - 1u) * u.M + u.m0;
      let y2 = min(n + 2u, u.N - 1u) * u.M + u.m0;
      let y3 = min(n + 3u, u.N - 1u) * u.M + u.m0;
      // One vector per image: its cotangents of the four rows.
      let d0 = select(vec4f(), vec4f(dy[y0 + m], dy[y0 + m1], dy[y0 + m2], dy[y0 + m3]), inside);
      let d1 = select(vec4f(), vec4f(dy[y1 + m], dy[y1 + m1], dy[y1 + m2], dy[y1 + m3]), inside);
      let d2 = select(vec4f(), vec4f(dy[y2 + m], dy[y2 + m1], dy[y2 + m2], dy[y2 + m3]), inside);
      let d3 = select(vec4f(), vec4f(dy[y3 + m], dy[y3 + m1], dy[y3 + m2], dy[y3 + m3]), inside);
      let fresh = m == first;
      if (!fresh && all(d0 == vec4f()) && all(d1 == vec4f()) && all(d2 == vec4f()) && all(d3 == vec4f())) { continue; }
      let p0 = base + n * quads;
      let p1 = base + min(n + 1u, u.N - 1u) * quads;
      let p2 = base + min(n + 2u, u.N - 1u) * quads;
      let p3 = base + min(n + 3u, u.N - 1u) * quads;
      let has1 = n + 1u < u.N;
      let has2 = n + 2u < u.N;
      let has3 = n + 3u < u.N;
      for (var q = lane; q < quads; q += WGX) {
        let w0 = weights(m * quads + q);
        let w1 = weights(m1 * quads + q);
        let w2 = weights(m2 * quads + q);
        let w3 = weights(m3 * quads + q);
        var s = d0.x * w0 + d0.y * w1 + d0.z * w2 + d0.w * w3;
        if (!fresh) { s += part[p0 + q]; }
        part[p0 + q] = s;
        if (has1) {
          s = d1.x * w0 + d1.y * w1 + d1.z * w2 + d1.w * w3;
          if (!fresh) { s += part[p1 + q]; }
          part[p1 + q] = s;
        }
        if (has2) {
          s = d2.x * w0 + d2.y * w1 + d2.z * w2 + d2.w * w3;
          if (!fresh) { s += part[p2 + q]; }
          part[p2 + q] = s;
        }
        if (has3) {
          s = d3.x * w0 + d3.y * w1 + d3.z * w2 + d3.w * w3;
          if (!fresh) { s += part[p3 + q]; }
          part[p3 + q] = s;
        }
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
