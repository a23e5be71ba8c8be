// What conv2d_tiles needs to know of an image before it takes it in half precision: the bias, as it is, and behind it the
// largest magnitudes in 64 parts of the image, a workgroup each.
//   r = [ b[0], …, b[biases−1], max |x[i]| over i of part 0, …, part 63 ]
override WGX: u32 = 256u;

struct Uniforms { n: u32 } // elements of x
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> b: array<f32>;
@group(0) @binding(2) var<storage, read_write> r: array<f32>;
@group(0) @binding(3) var<uniform> u: Uniforms;

// Bits of numbers that are not negative are in the order of the numbers.
var<workgroup> largest: atomic<u32>;

@compute @workgroup_size(WGX)
fn main(
  @builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) t: u32, @builtin(num_workgroups) groups: vec3u,
) {
  let biases = arrayLength(&r) - groups.x;
  let thread = group.x * WGX + t;
  let threads = groups.x * WGX;
  for (var i = thread; i < biases; i += threads) { r[i] = b[i]; }
  var found = 0.0;
  for (var i = thread; i < u.n; i += threads) {
    let v = abs(x[i]);
    // Infinity, which stays what it is, must not take finite numbers to zero.
    let finite = (bitcast<u32>(v) & 0x7f800000u) != 0x7f800000u;
    if (finite) { found = max(found, v); }
  }
  atomicMax(&largest, bitcast<u32>(found));
  workgroupBarrier();
  if (t == 0u) { r[biases + group.x] = bitcast<f32>(atomicLoad(&largest)); }
}
