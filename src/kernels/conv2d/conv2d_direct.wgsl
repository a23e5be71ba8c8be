// Convolution with few rows a group, depthwise above all: a matrix product would make 16 rows to keep one. A thread makes
// four neighbouring pixels of one row, from the same packed weights and the same image with its border as the others.
//   y[n, row, p, q] = act( b[row] + Σ_{ci,r,s} x[n, g·Cx+ci, p·sy+r·dy, q·sx+s·dx] · packed[g][row/16][ci,r,s][row%16] )
// Grid: x over quads of a row of pixels, y over rows of pixels, z over images, groups and rows of a group.
override WGX: u32 = 8u;
override WGY: u32 = 8u;
override WGZ: u32 = 1u;

@compute @workgroup_size(WGX, WGY, WGZ)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  if (id.x * 4u >= u.Q || id.y >= u.P) { return; }
  let planes = u.pixels / (u.P * u.Q) * u.groups * u.Mg;
  // More planes than a grid may be deep are taken in turns.
  for (var z = id.z; z < planes; z += groups.z * WGZ) { quad(id.x * 4u, id.y, z); }
}

fn quad(q: u32, p: u32, z: u32) {
  let row = z % u.Mg;
  let g = z / u.Mg % u.groups;
  let n = z / (u.Mg * u.groups);
  // Read before the loop: see conv2d_subgroup.wgsl.
  let U = u.U;
  let dx = u.dx;
  let sx = u.sx;
  let T = u.T;
  let step = u.dy * u.width;
  let plane = u.plane;
  let mine = row % 4u;
  let slides = sx == 1u && dx == 1u && U % 3u == 0u;
  let four = neighbours(n, p, q);
  var first = source(four, g).x + shift(row);
  var at = (g * u.blocks + row / 16u) * u.Ig * T * U * 4u + row % 16u / 4u;
  var sum = vec4f();
  for (var ci = 0u; ci < u.Cx; ci++) {
    var line = first;
    for (var r = 0u; r < T; r++) {
      if (slides) {
        // Four pixels slide along the row: three taps need six loads.
        for (var s = 0u; s < U; s += 3u) {
          let o = line + s;
          let a = vec4f(x[o], x[o + 1u], x[o + 2u], x[o + 3u]);
          let b = vec2f(x[o + 4u], x[o + 5u]);
          let k = at + s * 4u;
          sum += weight(k, mine) * a + weight(k + 4u, mine) * vec4f(a.yzw, b.x) + weight(k + 8u, mine) * vec4f(a.zw, b);
        }
      } else {
        for (var s = 0u; s < U; s++) {
          let o = line + s * dx;
          sum += weight(at + s * 4u, mine) * vec4f(x[o], x[o + sx], x[o + 2u * sx], x[o + 3u * sx]);
        }
      }
      at += U * 4u;
      line += step;
    }
    first += plane;
  }
  storeRow(four, g, row, sum);
}
