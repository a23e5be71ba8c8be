// fc.wgsl for K divisible by 4: one subgroup makes four outputs of every image of the batch, so that each weight is read
// once, at full width, and x once for four rows. Sums end in subgroupAdd: no workgroup memory, no barrier.
//   y[n, m0+m] = act( b[m0+m] + Σ_k x[n,k] · w[m,k] )
// w may be a part of a matrix that is too large to be bound as one: rows m0 and on. One workgroup = one subgroup per four rows.
enable subgroups;
override WGX: u32 = 8u;
override RELU: bool = false;
override SINGLE: bool = true; // a batch of one

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

fn putRow(n: u32, m: u32, sum: vec4f) {
  put(n, m, sum.x);
  put(n + 1u, m, sum.y);
  put(n + 2u, m, sum.z);
  put(n + 3u, m, sum.w);
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
    // Four images at a time; the four rows stay in the cache from one four to the next.
    for (var n = 0u; n < u.N; n += 4u) {
      let x0 = n * quads;
      let x1 = min(n + 1u, u.N - 1u) * quads;
      let x2 = min(n + 2u, u.N - 1u) * quads;
      let x3 = min(n + 3u, u.N - 1u) * quads;
      var s0 = vec4f();
      var s1 = vec4f();
      var s2 = vec4f();
      var s3 = vec4f();
      for (var k = lane; k < quads; k += WGX) {
        let a = x[x0 + k];
        let c = x[x1 + k];
        let d = x[x2 + k];
        let e = x[x3 + k];
        var v = weights(w0 + k);
        s0 += vec4f(dot(v, a), dot(v, c), dot(v, d), dot(v, e));
        v = weights(w1 + k);
        s1 += vec4f(dot(v, a), dot(v, c), dot(v, d), dot(v, e));
        v = weights(w2 + k);
        s2 += vec4f(dot(v, a), dot(v, c), dot(v, d), dot(v, e));
        v = weights(w3 + k);
        s3 += vec4f(dot(v, a), dot(v, c), dot(v, d), dot(v, e));
      }
      s0 = subgroupAdd(s0);
      s1 = subgroupAdd(s1);
      s2 = subgroupAdd(s2);
      s3 = subgroupAdd(s3);
      if (lane == 0u) {
        putRow(n, m, s0);
        putRow(n, m + 1u, s1);
        putRow(n, m + 2u, s2);
        putRow(n, m + 3u, s3);
      }
    }
  }
}
