// v2: as v1 (fc_dx.wgsl), but for K divisible by 4: a thread makes four neighbours of dx for up to four images, reading each
// weight once. Its gain over v1 was not measured by itself, nor on a GPU.
//   part[slot, n, k] = Σ dy[n, m0+m] · w[m,k] over the slot's share of the rows
// Rows where dy is zero for all its images are not read: a unit's gradient starts with one row, and a ReLU stops half of them.
// Grid: x over K/4, y over images in fours, z over slots.
override WGX: u32 = 64u;
override WGY: u32 = 1u;
override WGZ: u32 = 1u;

@compute @workgroup_size(WGX, WGY, WGZ)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  if (id.x >= u.quads) { return; }
  let first = id.z * u.share;
  let last = min(first + u.share, u.rows);
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
