// v4: as v2 (conv2d_subgroup.wgsl), but for 1×1 kernels of any stride: no taps, and four channels per iteration. Forward, 16→64 on
// 55²: 2.9 → 1.8 ms; 480→192 on 14²: 8.7 → 3.8 ms; 256→512, stride 2, on 56²: 37 → 26 ms (lavapipe, least of 15). Not measured on
// a GPU.
//   y[n, row, p, q] = act( b[row] + Σ_ci x[n, g·Cx+ci, p·sy, q·sx] · packed[g][row/16][ci][row%16] )
// Channels are packed in fours; what the last four lack are zeros. Workgroup = one subgroup; grid: x over pixels of the
// whole batch, y over blocks of 16 rows, z over groups.
enable subgroups;
override WGX: u32 = 8u;

@compute @workgroup_size(WGX)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let g = group.z;
  let four = pixelsFrom(group.x * 4u * WGX, lane + WGX * vec4u(0u, 1u, 2u, 3u));
  let first = source(four, g);
  var at = (g * u.blocks + group.y) * u.Ig * 4u + (lane & 3u);

  var a0 = vec4f(); var a1 = vec4f(); var a2 = vec4f(); var a3 = vec4f();
  var a4 = vec4f(); var a5 = vec4f(); var a6 = vec4f(); var a7 = vec4f();
  var a8 = vec4f(); var a9 = vec4f(); var a10 = vec4f(); var a11 = vec4f();
  var a12 = vec4f(); var a13 = vec4f(); var a14 = vec4f(); var a15 = vec4f();
  // Uniforms are read before the loop and channels are written out four at a time: on software adapters a uniform inside it
  // is a checked load per channel, and every turn of a loop moves all 64 sums through memory.
  let plane = u.plane;
  var o = shift(group.y * 16u);
  for (var turn = u.Ig / 4u; turn > 0u; turn--) {
    var v = vec4f(x[first.x + o], x[first.y + o], x[first.z + o], x[first.w + o]);
    var mine = weights(at);
    var w0 = subgroupBroadcast(mine, 0u);
    var w1 = subgroupBroadcast(mine, 1u);
    var w2 = subgroupBroadcast(mine, 2u);
    var w3 = subgroupBroadcast(mine, 3u);
    a0 += w0.x * v; a1 += w0.y * v; a2 += w0.z * v; a3 += w0.w * v;
    a4 += w1.x * v; a5 += w1.y * v; a6 += w1.z * v; a7 += w1.w * v;
    a8 += w2.x * v; a9 += w2.y * v; a10 += w2.z * v; a11 += w2.w * v;
    a12 += w3.x * v; a13 += w3.y * v; a14 += w3.z * v; a15 += w3.w * v;
    o += plane;
    v = vec4f(x[first.x + o], x[first.y + o], x[first.z + o], x[first.w + o]);
    mine = weights(at + 4u);
    w0 = subgroupBroadcast(mine, 0u);
    w1 = subgroupBroadcast(mine, 1u);
    w2 = subgroupBroadcast(mine, 2u);
    w3 = subgroupBroadcast(mine, 3u);
    a0 += w0.x * v; a1 += w0.y * v; a2 += w0.z * v; a3 += w0.w * v;
    a4 += w1.x * v; a5 += w1.y * v; a6 += w1.z * v; a7 += w1.w * v;
    a8 += w2.x * v; a9 += w2.y * v; a10 += w2.z * v; a11 += w2.w * v;
    a12 += w3.x * v; a13 += w3.y * v; a14 += w3.z * v; a15 += w3.w * v;
    o += plane;
    v = vec4f(x[first.x + o], x[first.y + o], x[first.z + o], x[first.w + o]);
    mine = weights(at + 8u);
    w0 = subgroupBroadcast(mine, 0u);
    w1 = subgroupBroadcast(mine, 1u);
    w2 = subgroupBroadcast(mine, 2u);
    w3 = subgroupBroadcast(mine, 3u);
    a0 += w0.x * v; a1 += w0.y * v; a2 += w0.z * v; a3 += w0.w * v;
    a4 += w1.x * v; a5 += w1.y * v; a6 += w1.z * v; a7 += w1.w * v;
    a8 += w2.x * v; a9 += w2.y * v; a10 += w2.z * v; a11 += w2.w * v;
    a12 += w3.x * v; a13 += w3.y * v; a14 += w3.z * v; a15 += w3.w * v;
    o += plane;
    v = vec4f(x[first.x + o], x[first.y + o], x[first.z + o], x[first.w + o]);
    mine = weights(at + 12u);
    w0 = subgroupBroadcast(mine, 0u);
    w1 = subgroupBroadcast(mine, 1u);
    w2 = subgroupBroadcast(mine, 2u);
    w3 = subgroupBroadcast(mine, 3u);
    a0 += w0.x * v; a1 += w0.y * v; a2 += w0.z * v; a3 += w0.w * v;
    a4 += w1.x * v; a5 += w1.y * v; a6 += w1.z * v; a7 += w1.w * v;
    a8 += w2.x * v; a9 += w2.y * v; a10 += w2.z * v; a11 += w2.w * v;
    a12 += w3.x * v; a13 += w3.y * v; a14 += w3.z * v; a15 += w3.w * v;
    o += plane;
    at += 16u;
  }

  let row = group.y * 16u;
  // In a loop, and one whose end is not known before: written out sixteen times, by us or by a compiler, what is done to a sum
  // takes longer to compile than all the rest. (Mesa: 7 s in place of 0.3.)
  var sums = array<vec4f, 16>(a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14, a15);
  let rows = min(16u, u.Mg - row);
  for (var k = 0u; k < rows; k++) { storeRow(four, g, row + k, sums[k]); }
}
