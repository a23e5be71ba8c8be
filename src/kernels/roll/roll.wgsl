// y[n,c,h,w] = x[n,c, (h − SIGN·dy) mod H, (w − SIGN·dx) mod W], where dy and dx of each image are drawn from −reach to reach:
// floor(r · (2·reach + 1)) − reach for r from 0 to below 1. NCHW, draws [N,2]. One thread per element.
// Its gradient is the same with the other sign, a gather as well.
override WGX: u32 = 64u;
override BACK: bool = false;

struct Uniforms { n: u32, C: u32, H: u32, W: u32, reach: u32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> draws: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@group(0) @binding(3) var<uniform> u: Uniforms;

// Where in a line of `size` an element comes from.
fn origin(place: u32, drawn: f32, size: u32) -> u32 {
  let shift = i32(floor(drawn * f32(2u * u.reach + 1u))) - i32(u.reach);
  let from_ = select(i32(place) - shift, i32(place) + shift, BACK) % i32(size);
  return u32(select(from_, from_ + i32(size), from_ < 0));
}

@compute @workgroup_size(WGX)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * WGX + id.x;
  if (i >= u.n) { return; }
  let w = i % u.W;
  let h = (i / u.W) % u.H;
  let plane = i / (u.W * u.H);
  let image = plane / u.C;
  let row = origin(h, draws[2u * image], u.H);
  let column = origin(w, draws[2u * image + 1u], u.W);
  y[i] = x[(plane * u.H + row) * u.W + column];
}
