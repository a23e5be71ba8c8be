// A library that the gradients by parts of the rows share: their sizes and buffers. w is rows m0 and on of a matrix of M, and a
// slot is a share of them with sums of its own.
struct Uniforms { N: u32, M: u32, rows: u32, m0: u32, quads: u32, slot: u32, share: u32 }
@group(0) @binding(0) var<storage, read> dy: array<f32>;
@group(0) @binding(1) var<storage, read> w: array<vec4u>;
@group(0) @binding(2) var<storage, read_write> part: array<vec4f>;
@group(0) @binding(3) var<uniform> u: Uniforms;
