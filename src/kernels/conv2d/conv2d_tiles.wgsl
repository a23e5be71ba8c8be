// v6: as v2 (conv2d_subgroup.wgsl), but with tiles in workgroup memory: 64 rows × 64 pixels by 256 threads, 4×4 each, 16 deep. It
// needs no subgroups, and GPUs keep its tiles closer than their caches. Adapters on the CPU have no such memory: on lavapipe it
// is 1.1 to 19 times slower than v2 to v4 on every layer of SqueezeNet. Not measured on a GPU.
// v7 is v6 in half precision, where the caller asks for it (`arithmetic: 'f16'`). No gain on a CPU; not measured on a GPU.
//   y[n, row, pixel] = act( b[row] + Σ_k x[n, g·Cx+ci, p·sy+r·dy, q·sx+s·dx] · packed[g][row/16][k][row%16] ),  k = (ci,r,s)
// Small maps make few tiles: with SPLIT the sum over k is shared out to `slots` workgroups, which leave parts for conv2d_sum.
// It is declared twice (variants/tiles.ts and halfTiles.ts): with Number = f32, and with Number = f16 and HALF_PRODUCTS, where tiles and the 16 products of
// a tile's depth are in half precision and their sums are added up in single. There `b` has the image's largest magnitudes
// behind it (conv2d_range.wgsl): the image is multiplied by a power of two, so that neither activations of tens of thousands nor
// gradients of millionths leave the range of half precision.
// Grid: x over pixels of the whole batch, y over 64 rows, z over groups and slots.
override WGX: u32 = 256u;
override SPLIT: bool = false;

var<workgroup> rows: array<vec4<Number>, 256>;   // [16 deep][64 rows / 4]
var<workgroup> pixels: array<vec4<Number>, 256>; // [16 deep][pixels t, t+16, t+32, t+48 for t < 16]

// Four sums of a row, or the parts of them that `slot` makes.
fn storePart(four: Pixels, slot: u32, g: u32, row: u32, sum: vec4f) {
  if (row >= u.Mg) { return; }
  if (!SPLIT) { storeRow(four, g, row, sum); return; }
  let to = place(four, g, row);
  put(sum, slot * u.total + to.at, to.there);
}

// The power of two that brings the largest magnitude to between 8 and 16, far from both ends of what half precision holds:
// sixteen products fit with weights below 256.
fn gain() -> f32 {
  if (!HALF_PRODUCTS) { return 1.0; }
  var largest = 0.0;
  for (var i = arrayLength(&b) - 64u; i < arrayLength(&b); i++) { largest = max(largest, b[i]); }
  return ldexp(1.0, min(4 - frexp(largest).exp, 126));
}

@compute @workgroup_size(WGX)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) t: u32) {
  let g = group.z / u.slots;
  let slot = group.z % u.slots;
  let taps = u.T * u.U;
  let depth = u.Ig * taps;
  let start = slot * u.share;
  let last = min(start + u.share, depth);
  let col = t % 16u;
  let line = t / 16u;
  let four = pixelsFrom(group.x * 64u, col + vec4u(0u, 16u, 32u, 48u));
  let first = source(four, g) + shift(group.y * 64u);
  // This thread's vec4 of the weights' tile: four of the 16 rows of a block, at one depth.
  let band = min(group.y * 4u + t / 64u, u.blocks - 1u);
  let deep = t / 4u % 16u;
  let from_ = (g * u.blocks + band) * depth * 4u + t % 4u;
  let to_ = deep * 16u + t / 64u * 4u + t % 4u;

  let by = gain();
  var s0 = vec4f();
  var s1 = vec4f();
  var s2 = vec4f();
  var s3 = vec4f();
  for (var k0 = start; k0 < last; k0 += 16u) {
    let k = k0 + line;
    var v = vec4f();
    if (k < last) {
      let ci = k / taps;
      let tap = k % taps;
      let r = tap / u.U;
      let s = tap % u.U;
      let o = ci * u.plane + r * u.dy * u.width + s * u.dx;
      v = vec4f(x[first.x + o], x[first.y + o], x[first.z + o], x[first.w + o]);
    }
    pixels[t] = vec4<Number>(v * by);
    rows[to_] = vec4<Number>(select(vec4f(), weights(from_ + min(k0 + deep, depth - 1u) * 4u), k0 + deep < last));
    workgroupBarrier();
    var h = mat4x4<Number>();
    for (var i = 0u; i < 16u; i++) {
      let r = rows[i * 16u + line];
      let c = pixels[i * 16u + col];
      if (HALF_PRODUCTS) {
        h += mat4x4<Number>(r * c.x, r * c.y, r * c.z, r * c.w);
      } else {
        s0 += vec4f(r * c.x);
        s1 += vec4f(r * c.y);
        s2 += vec4f(r * c.z);
        s3 += vec4f(r * c.w);
      }
    }
    if (HALF_PRODUCTS) {
      s0 += vec4f(h[0]);
      s1 += vec4f(h[1]);
      s2 += vec4f(h[2]);
      s3 += vec4f(h[3]);
    }
    workgroupBarrier();
  }

  let row = group.y * 64u + line * 4u;
  storePart(four, slot, g, row, vec4f(s0.x, s1.x, s2.x, s3.x) / by);
  storePart(four, slot, g, row + 1u, vec4f(s0.y, s1.y, s2.y, s3.y) / by);
  storePart(four, slot, g, row + 2u, vec4f(s0.z, s1.z, s2.z, s3.z) / by);
  storePart(four, slot, g, row + 3u, vec4f(s0.w, s1.w, s2.w, s3.w) / by);
}
