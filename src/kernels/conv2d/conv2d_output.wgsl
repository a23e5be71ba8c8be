// What the fast convolutions share, appended to each of them: sizes, buffers, and where a result goes. A row's sum, finished as
// conv2d_finish.wgsl does, is an element of channel m0 + row of y, or with SHUFFLE, where a row is a (phase, channel) of a
// strided backward pass, of h = zy·p + phase − oy (conv2d_pack.wgsl). Phases below oy begin above the image: where whole tiles of
// rows are of one phase (`late`), these read and write one step further on, and the map needs no line for what lies outside.
override SHUFFLE: bool = false;

struct Uniforms {
  pixels: u32, quads: u32, P: u32, Q: u32,      // N·P·Q columns, N·P·⌈Q/4⌉ quads of them, and the output map (before shuffling)
  I: u32, i0: u32, Ig: u32, Cx: u32,            // channels of x, the first one read; per group as packed, and without the zeros at their end
  plane: u32, width: u32,                       // x's plane and row, border included
  T: u32, U: u32, sy: u32, sx: u32, dy: u32, dx: u32,
  groups: u32, M: u32, m0: u32, Mg: u32, blocks: u32, // channels of y and the first one written; rows and blocks of 16 per group
  H: i32, W: i32, Cg: u32, zy: u32, zx: u32, oy: i32, ox: i32, late: u32, // shuffled output, its phases and offset
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

const NOWHERE = 0xffffffffu;

// By how many lines and columns a phase is late.
fn delay(phase: u32) -> vec2u {
  return vec2u(u.late & u32(i32(phase / u.zx) < u.oy), u.late & u32(i32(phase % u.zx) < u.ox));
}

// How much further on in x the rows of a tile that begins with `row` read.
fn shift(row: u32) -> u32 {
  if (!SHUFFLE) { return 0u; }
  return dot(delay(row / u.Cg), vec2u(u.width, 1u));
}

// The element of y that a row makes of image n at p, q.
fn element(n: u32, p: u32, q: u32, g: u32, row: u32) -> u32 {
  if (q >= u.Q || row >= u.Mg) { return NOWHERE; }
  if (SHUFFLE) {
    let phase = row / u.Cg;
    let late = delay(phase);
    let h = i32((p + late.x) * u.zy + phase / u.zx) - u.oy;
    let v = i32((q + late.y) * u.zx + phase % u.zx) - u.ox;
    if (h < 0 || h >= u.H || v < 0 || v >= u.W) { return NOWHERE; }
    let c = n * u.M + u.m0 + g * u.Cg + row % u.Cg;
    return (c * u32(u.H) + u32(h)) * u32(u.W) + u32(v);
  }
  return ((n * u.M + u.m0 + g * u.Mg + row) * u.P + p) * u.Q + q;
}

fn store(n: u32, p: u32, q: u32, g: u32, row: u32, sum: f32) {
  let at = element(n, p, q, g, row);
  if (at == NOWHERE) { return; }
  y[at] = finish(sum, select(g * u.Mg + row, g * u.Cg + row % u.Cg, SHUFFLE), at);
}
