// y[h,w] = one number for all channels of one image of x [N,C,H,W], C·H·W numbers from `first` on: their mean, or with NORM
// their L2 norm √Σ_c x². NaN where one of them is not finite. One thread per pixel.
override NORM: bool = false;

struct Uniforms { first: u32, C: u32, H: u32, W: u32, radius: u32 }
@group(0) @binding(0) var<uniform> u: Uniforms;
@group(0) @binding(1) var<storage, read> x: array<u32>; // bits, since a shader may take floats to be finite
@group(0) @binding(2) var<storage, read> taps: array<f32>; // not used: one layout for the steps of a view
@group(0) @binding(3) var<storage, read_write> y: array<u32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * 64u + id.x;
  if (i >= u.H * u.W) { return; }
  var sum = 0.0;
  var bad = false;
  for (var c = 0u; c < u.C; c++) {
    let bits = x[u.first + c * u.H * u.W + i];
    let v = bitcast<f32>(bits);
    if ((bits & 0x7f800000u) == 0x7f800000u) {
      bad = true;
    } else if (NORM) {
      sum += v * v;
    } else {
      sum += v;
    }
  }
  y[i] = select(bitcast<u32>(select(sum / f32(u.C), sqrt(sum), NORM)), 0x7fc00000u, bad);
}
