// v3: as v2 (conv2d_subgroup.wgsl), but for stride and dilation 1, where a lane's four pixels are neighbours in one row of the
// image: three taps in a row need six loads and not twelve. VGG conv3_1, forward: +24 % on lavapipe (196 → 159 ms, least of 15);
// when it was new, +16 % on lavapipe and +11 % on SwiftShader (docs/bench/convolutions.md). Not measured on a GPU.
//   y[n, row, p, q] = act( b[row] + Σ_{ci,r,s} x[n, g·Cx+ci, p+r, q+s] · packed[g][row/16][ci,r,s][row%16] )
// Workgroup = one subgroup; grid: x over quads of pixels of the whole batch, y over blocks of 16 rows, z over groups.
enable subgroups;
override WGX: u32 = 8u;
override TAPS: u32 = 3u; // of a row, that a turn of the loop takes: 2, 3 or 4

@compute @workgroup_size(WGX)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let quad = group.x * WGX + lane;
  let quads = (u.Q + 3u) / 4u;
  let i = min(quad, u.quads - 1u);
  let above = i / quads;
  let n = above / u.P;
  let p = above - n * u.P;
  let q = (i - above * quads) * 4u;
  let g = group.z;
  let four = neighbours(n, p, q);
  let first = source(four, g).x;
  var at = (g * u.blocks + group.y) * u.Ig * u.T * u.U * 4u + (lane & 3u);

  var a0 = vec4f(); var a1 = vec4f(); var a2 = vec4f(); var a3 = vec4f();
  var a4 = vec4f(); var a5 = vec4f(); var a6 = vec4f(); var a7 = vec4f();
  var a8 = vec4f(); var a9 = vec4f(); var a10 = vec4f(); var a11 = vec4f();
  var a12 = vec4f(); var a13 = vec4f(); var a14 = vec4f(); var a15 = vec4f();
  // Uniforms are read before the loop and taps are written out several at a time: on software adapters a uniform inside it
  // is a checked load per tap, and every turn of a loop moves all 64 sums through memory.
  let T = u.T;
  let line = u.width;
  let chunks = u.U / TAPS;
  let wrap = u.plane - T * line;
  var r = 0u;
  var tap = first + shift(group.y * 16u);
  var s = 0u;
  for (var turn = u.Ig * T * chunks; turn > 0u; turn--) {
    let o = tap + TAPS * s;
    let near = vec4f(x[o], x[o + 1u], x[o + 2u], x[o + 3u]);
    let x4 = x[o + 4u];
    var v = near;
    var mine = weights(at);
    var w0 = subgroupBroadcast(mine, 0u);
    var w1 = subgroupBroadcast(mine, 1u);
    var w2 = subgroupBroadcast(mine, 2u);
    var w3 = subgroupBroadcast(mine, 3u);
    a0 += w0.x * v; a1 += w0.y * v; a2 += w0.z * v; a3 += w0.w * v;
    a4 += w1.x * v; a5 += w1.y * v; a6 += w1.z * v; a7 += w1.w * v;
    a8 += w2.x * v; a9 += w2.y * v; a10 += w2.z * v; a11 += w2.w * v;
    a12 += w3.x * v; a13 += w3.y * v; a14 += w3.z * v; a15 += w3.w * v;
    v = vec4f(near.yzw, x4);
    mine = weights(at + 4u);
    w0 = subgroupBroadcast(mine, 0u);
    w1 = subgroupBroadcast(mine, 1u);
    w2 = subgroupBroadcast(mine, 2u);
    w3 = subgroupBroadcast(mine, 3u);
    a0 += w0.x * v; a1 += w0.y * v; a2 += w0.z * v; a3 += w0.w * v;
    a4 += w1.x * v; a5 += w1.y * v; a6 += w1.z * v; a7 += w1.w * v;
    a8 += w2.x * v; a9 += w2.y * v; a10 += w2.z * v; a11 += w2.w * v;
    a12 += w3.x * v; a13 += w3.y * v; a14 += w3.z * v; a15 += w3.w * v;
    if (TAPS > 2u) {
      v = vec4f(near.zw, x4, x[o + 5u]);
      mine = weights(at + 8u);
      w0 = subgroupBroadcast(mine, 0u);
      w1 = subgroupBroadcast(mine, 1u);
      w2 = subgroupBroadcast(mine, 2u);
      w3 = subgroupBroadcast(mine, 3u);
      a0 += w0.x * v; a1 += w0.y * v; a2 += w0.z * v; a3 += w0.w * v;
      a4 += w1.x * v; a5 += w1.y * v; a6 += w1.z * v; a7 += w1.w * v;
      a8 += w2.x * v; a9 += w2.y * v; a10 += w2.z * v; a11 += w2.w * v;
      a12 += w3.x * v; a13 += w3.y * v; a14 += w3.z * v; a15 += w3.w * v;
    }
    if (TAPS > 3u) {
      v = vec4f(near.w, x4, x[o + 5u], x[o + 6u]);
      mine = weights(at + 12u);
      w0 = subgroupBroadcast(mine, 0u);
      w1 = subgroupBroadcast(mine, 1u);
      w2 = subgroupBroadcast(mine, 2u);
      w3 = subgroupBroadcast(mine, 3u);
      a0 += w0.x * v; a1 += w0.y * v; a2 += w0.z * v; a3 += w0.w * v;
      a4 += w1.x * v; a5 += w1.y * v; a6 += w1.z * v; a7 += w1.w * v;
      a8 += w2.x * v; a9 += w2.y * v; a10 += w2.z * v; a11 += w2.w * v;
      a12 += w3.x * v; a13 += w3.y * v; a14 += w3.z * v; a15 += w3.w * v;
    }
    at += 4u * TAPS;
    s += 1u;
    let nextLine = s == chunks;
    s = select(s, 0u, nextLine);
    tap += select(0u, line, nextLine);
    r += select(0u, 1u, nextLine);
    let nextChannel = r == T;
    r = select(r, 0u, nextChannel);
    tap += select(0u, wrap, nextChannel);
  }

  if (quad >= u.quads) { return; }
  let row = group.y * 16u;
  // In a loop, and one whose end is not known before: written out sixteen times, by us or by a compiler, what is done to a sum
  // takes longer to compile than all the rest. (Mesa: 7 s in place of 0.3.)
  var sums = array<vec4f, 16>(a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14, a15);
  let rows = min(16u, u.Mg - row);
  for (var k = 0u; k < rows; k++) { storeRow(four, g, row + k, sums[k]); }
}
