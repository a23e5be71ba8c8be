// v5: as v1 (conv2d.wgsl), but a thread makes four neighbouring pixels of one row, from packed weights and an image with its
// border. For few rows a group, depthwise above all, where v2 would make 16 rows to keep one. With SQUARE, for depthwise 3×3
// without strides, a thread makes them of four rows, which see most of the same image. Depthwise 3×3, 32 channels of 112²,
// forward: 23 → 7.5 ms against v2. With three rows a group (64→3) it is slower than v3: 37 and 24 ms (lavapipe, least of 15). Not
// measured on a GPU.
//   y[n, row, p, q] = act( b[row] + Σ_{ci,r,s} x[n, g·Cx+ci, p·sy+r·dy, q·sx+s·dx] · packed[g][row/16][ci,r,s][row%16] )
// Grid: x over quads of a row of pixels, y over rows of pixels (four of them with SQUARE), z over images, groups and rows of a group.
override WGX: u32 = 8u;
override WGY: u32 = 8u;
override WGZ: u32 = 1u;
override TURNS: u32 = 1u; // 0 where the grid is as deep as it has to be
override SQUARE: bool = false;

@compute @workgroup_size(WGX, WGY, WGZ)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let q = id.x * 4u;
  let p = id.y * select(1u, 4u, SQUARE);
  if (q >= u.Q || p >= u.P) { return; }
  let rows = u.groups * u.Mg;
  let planes = u.pixels / (u.P * u.Q) * rows;
  // Loops over further planes if there are more than a grid may be deep.
  for (var z = id.z; z < planes; z += groups.z * WGZ) {
    let row = z % u.Mg;
    let g = z / u.Mg % u.groups;
    let four = neighbours(z / rows, p, q);
    let at = (g * u.blocks + row / 16u) * u.Ig * u.T * u.U * 4u + row % 16u / 4u;
    if (SQUARE) { square(four, g, row, at); } else { quad(four, g, row, at); }
    if (TURNS == 0u) { break; }
  }
}

// What three taps of a line see of it, for four pixels.
fn slid(o: u32) -> mat3x4f {
  let a = vec4f(x[o], x[o + 1u], x[o + 2u], x[o + 3u]);
  let b = vec2f(x[o + 4u], x[o + 5u]);
  return mat3x4f(a, vec4f(a.yzw, b.x), vec4f(a.zw, b));
}

// The weights of those taps.
fn three(i: u32, which: u32) -> vec3f { return vec3f(weight(i, which), weight(i + 4u, which), weight(i + 8u, which)); }

// Four lines of four pixels, of six lines of the image: each is loaded once and seen by up to three.
fn square(four: Pixels, g: u32, row: u32, at: u32) {
  let mine = row % 4u;
  let w0 = three(at, mine);
  let w1 = three(at + 12u, mine);
  let w2 = three(at + 24u, mine);
  let first = source(four, g).x;
  let a = slid(first);
  let b_ = slid(first + u.width);
  let c = slid(first + 2u * u.width);
  let d = slid(first + 3u * u.width);
  let e = slid(first + 4u * u.width);
  let f = slid(first + 5u * u.width);
  let to = place(four, g, row);
  storeLine(a * w0 + b_ * w1 + c * w2, to, 0u, four.p.x);
  storeLine(b_ * w0 + c * w1 + d * w2, to, 1u, four.p.x);
  storeLine(c * w0 + d * w1 + e * w2, to, 2u, four.p.x);
  storeLine(d * w0 + e * w1 + f * w2, to, 3u, four.p.x);
}

// Sums of a line that is `down` lines below place `to`, which is in line p, to where they belong.
fn storeLine(sum: vec4f, to: Place, down: u32, p: u32) {
  if (p + down >= u.P) { return; }
  let at = to.at + down * u.W;
  put(finish(sum, to.c, at), at, to.there);
}

fn quad(four: Pixels, g: u32, row: u32, firstWeight: u32) {
  // Read before the loop: see conv2d_subgroup.wgsl.
  let U = u.U;
  let dx = u.dx;
  let sx = u.sx;
  let T = u.T;
  let step = u.dy * u.width;
  let plane = u.plane;
  let mine = row % 4u;
  let slides = sx == 1u && dx == 1u && U % 3u == 0u;
  var first = source(four, g).x + shift(row);
  var at = firstWeight;
  var sum = vec4f();
  for (var ci = 0u; ci < u.Cx; ci++) {
    var line = first;
    for (var r = 0u; r < T; r++) {
      if (slides) {
        // Four pixels slide along the row: three taps need six loads.
        for (var s = 0u; s < U; s += 3u) {
          sum += slid(line + s) * three(at + s * 4u, mine);
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
