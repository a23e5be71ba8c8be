// v2: as v1 (fc.wgsl), but for K divisible by 4: one subgroup makes four outputs of every image of the batch, so that each weight is
// read once, at full width, and x once for four rows. Sums end in subgroupAdd: no workgroup memory, no barrier. Its gain over v1
// was not measured by itself, nor on a GPU; 9216→4096 at batch 1 reached 93 % of the copy bandwidth (lavapipe).
//   y[n, m0+m] = act( b[m0+m] + Σ_k x[n,k] · w[m,k] )
// w may be a part of a matrix that is too large to be bound as one: rows m0 and on. One workgroup = one subgroup per four rows.
enable subgroups;
override WGX: u32 = 8u;
override RELU: bool = false;
override SINGLE: bool = true; // a batch of one
override THREES: u32 = 3u; // of a larger batch, the images that are made at once, in threes

struct Uniforms { N: u32, M: u32, rows: u32, m0: u32, quads: u32, slope: f32 }
@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> w: array<vec4u>;
@group(0) @binding(2) var<storage, read> b: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
@group(0) @binding(4) var<uniform> u: Uniforms;

fn put(n: u32, m: u32, sum: f32) {
  if (n < u.N && m < u.rows) {
    var v = sum + b[u.m0 + m];
    if (RELU) { v = select(u.slope * v, v, v > 0.0); }
    y[n * u.M + u.m0 + m] = v;
  }
}

fn putThree(n: u32, m: u32, sum: vec3f) {
  put(n, m, sum.x);
  put(n + 1u, m, sum.y);
  put(n + 2u, m, sum.z);
}

// Sums of four rows for three images.
struct Tile { a: vec3f, b: vec3f, c: vec3f, d: vec3f }

// Where three images of x begin. Those beyond the last repeat it; they are not stored.
fn three(n: u32) -> vec3u { return min(vec3u(n, n + 1u, n + 2u), vec3u(u.N - 1u)) * u.quads; }

fn dots(v: vec4f, p: vec4f, q: vec4f, r: vec4f) -> vec3f { return vec3f(dot(v, p), dot(v, q), dot(v, r)); }

fn products(w0: vec4f, w1: vec4f, w2: vec4f, w3: vec4f, at: vec3u) -> Tile {
  let p = x[at.x];
  let q = x[at.y];
  let r = x[at.z];
  return Tile(dots(w0, p, q, r), dots(w1, p, q, r), dots(w2, p, q, r), dots(w3, p, q, r));
}

fn plus(s: Tile, t: Tile) -> Tile { return Tile(s.a + t.a, s.b + t.b, s.c + t.c, s.d + t.d); }

fn putTile(n: u32, m: u32, s: Tile, lane: u32) {
  let a = subgroupAdd(s.a);
  let b_ = subgroupAdd(s.b);
  let c = subgroupAdd(s.c);
  let d = subgroupAdd(s.d);
  if (lane == 0u) {
    putThree(n, m, a);
    putThree(n, m + 1u, b_);
    putThree(n, m + 2u, c);
    putThree(n, m + 3u, d);
  }
}

@compute @workgroup_size(WGX)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let m = (group.y * groups.x + group.x) * 4u;
  // Rows beyond the last one repeat it; they are not stored.
  let last = u.rows - 1u;
  let w0 = min(m, last) * u.quads;
  let w1 = min(m + 1u, last) * u.quads;
  let w2 = min(m + 2u, last) * u.quads;
  let w3 = min(m + 3u, last) * u.quads;
  let quads = u.quads;
  if (SINGLE) {
    var s0 = vec4f();
    var s1 = vec4f();
    var s2 = vec4f();
    var s3 = vec4f();
    for (var k = lane; k < quads; k += WGX) {
      let v = x[k];
      s0 += weights(w0 + k) * v;
      s1 += weights(w1 + k) * v;
      s2 += weights(w2 + k) * v;
      s3 += weights(w3 + k) * v;
    }
    let one = vec4f(1.0);
    let sums = subgroupAdd(vec4f(dot(s0, one), dot(s1, one), dot(s2, one), dot(s3, one)));
    if (lane == 0u) {
      put(0u, m, sums.x);
      put(0u, m + 1u, sums.y);
      put(0u, m + 2u, sums.z);
      put(0u, m + 3u, sums.w);
    }
  } else {
    // Up to nine images at a time; the four rows stay in the cache from one time to the next.
    for (var n = 0u; n < u.N; n += 3u * THREES) {
      let x0 = three(n);
      let x1 = three(n + 3u);
      let x2 = three(n + 6u);
      var s0 = Tile();
      var s1 = Tile();
      var s2 = Tile();
      for (var k = lane; k < quads; k += WGX) {
        let a = weights(w0 + k);
        let c = weights(w1 + k);
        let d = weights(w2 + k);
        let e = weights(w3 + k);
        s0 = plus(s0, products(a, c, d, e, x0 + k));
        if (THREES > 1u) { s1 = plus(s1, products(a, c, d, e, x1 + k)); }
        if (THREES > 2u) { s2 = plus(s2, products(a, c, d, e, x2 + k)); }
      }
      putTile(n, m, s0, lane);
      if (THREES > 1u) { putTile(n + 3u, m, s1, lane); }
      if (THREES > 2u) { putTile(n + 6u, m, s2, lane); }
    }
  }
}
