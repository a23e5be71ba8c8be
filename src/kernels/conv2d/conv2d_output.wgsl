// A library that the fast convolutions share: sizes, buffers, where a lane reads, and where its results go. A
// row's sum, finished as conv2d_finish.wgsl does, is an element of channel m0 + row of y, or with SHUFFLE, where a row is a
// (phase, channel) of a strided backward pass, of h = zy·p + phase − oy (conv2d_pack.wgsl). Phases below oy begin above the
// image: where whole tiles of rows are of one phase (`late`), these read and write one step further on, and the map needs no
// line for what lies outside.
override SHUFFLE: bool = false;

struct Uniforms {
  pixels: u32, quads: u32, P: u32, Q: u32,      // N·P·Q columns, N·P·⌈Q/4⌉ quads of them, and the output map (before shuffling)
  I: u32, origin: u32, Ig: u32, Cx: u32,        // channels of x, the first element read; channels per group as packed, and without the zeros at their end
  plane: u32, width: u32,                       // x's plane and row; with its border, or those of the larger image it is part of
  T: u32, U: u32, sy: u32, sx: u32, dy: u32, dx: u32,
  groups: u32, M: u32, m0: u32, Mg: u32, blocks: u32, // channels of y and the first one written; rows and blocks of 16 per group
  H: u32, W: u32, Cg: u32, zy: u32, zx: u32, oy: u32, ox: u32, late: u32, // y's map and channels of a group; phases and offset where it is shuffled
  slots: u32, share: u32, total: u32,           // parts of a sum, how deep they are, and elements of y
  flags: u32, slope: f32,
}
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> w: array<vec4u>;
@group(0) @binding(2) var<storage, read> b: array<f32>;
@group(0) @binding(3) var<storage, read> addend: array<f32>;
@group(0) @binding(4) var<storage, read> gate: array<f32>;
@group(0) @binding(5) var<storage, read_write> y: array<f32>;
@group(0) @binding(6) var<uniform> u: Uniforms;

// By how many lines and columns a phase is late.
fn delay(phase: u32) -> vec2u {
  return vec2u(u.late & u32(phase / u.zx < u.oy), u.late & u32(phase % u.zx < u.ox));
}

// How much further on in x the rows of a tile that begins with `row` read.
fn shift(row: u32) -> u32 {
  if (!SHUFFLE) { return 0u; }
  return dot(delay(row / u.Cg), vec2u(u.width, 1u));
}

// Four pixels of a lane: image, line and column of each in the map before shuffling, and whether there is such a pixel.
struct Pixels { n: vec4u, p: vec4u, q: vec4u, there: vec4<bool> }

// Pixels of the batch, counted from the first of a workgroup. One that is not there is the batch's last.
fn pixelsFrom(first: u32, more: vec4u) -> Pixels {
  let line = first / u.Q;
  let image = line / u.P;
  let columns = first - line * u.Q + min(more, vec4u(u.pixels - 1u - first));
  let down = quotient(columns, vec4u(u.Q));
  let lines = line - image * u.P + down;
  let on = quotient(lines, vec4u(u.P));
  return Pixels(image + on, lines - on * u.P, columns - down * u.Q, first + more < vec4u(u.pixels));
}

// Four neighbours in a line.
fn neighbours(n: u32, p: u32, q: u32) -> Pixels {
  let columns = q + vec4u(0u, 1u, 2u, 3u);
  return Pixels(vec4u(n), vec4u(p), columns, columns < vec4u(u.Q));
}

// Where in x the first taps of pixels are, in the first channel of a group.
fn source(four: Pixels, g: u32) -> vec4u {
  return u.origin + (four.n * u.I + g * u.Cx) * u.plane + four.p * u.sy * u.width + four.q * u.sx;
}

// Where in y a row of the product is: its channel, without m0, and its elements.
struct Place { c: u32, at: vec4u, there: vec4<bool> }

fn place(four: Pixels, g: u32, row: u32) -> Place {
  var c = g * u.Mg + row;
  var h = four.p;
  var v = four.q;
  var there = four.there;
  if (SHUFFLE) {
    let phase = row / u.Cg;
    let late = delay(phase);
    let down = phase / u.zx;
    c = g * u.Cg + row - phase * u.Cg;
    // Above and left of the image these are larger than its sides.
    h = (h + late.x) * u.zy + down - u.oy;
    v = (v + late.y) * u.zx + phase - down * u.zx - u.ox;
    there = there & (h < vec4u(u.H)) & (v < vec4u(u.W));
  }
  return Place(c, ((four.n * u.M + u.m0 + c) * u.H + h) * u.W + v, there);
}

fn put(v: vec4f, at: vec4u, there: vec4<bool>) {
  if (there.x) { y[at.x] = v.x; }
  if (there.y) { y[at.y] = v.y; }
  if (there.z) { y[at.z] = v.z; }
  if (there.w) { y[at.w] = v.w; }
}

// Four sums of a row of the product, finished, to where they belong.
fn storeRow(four: Pixels, g: u32, row: u32, sum: vec4f) {
  let to = place(four, g, row);
  put(finish(sum, to.c, to.at), to.at, to.there);
}
