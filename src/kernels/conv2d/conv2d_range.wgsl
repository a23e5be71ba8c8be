// What conv2d_tiles needs to know of an image before it takes it in half precision: the bias, as it is, and behind it the
// largest magnitudes in 64 parts of the image, a workgroup each.
//   r = [ b[0], …, b[biases−1], max |x[i]| over i of part 0, …, part 63 ]
override WGX: u32 = 256u;

struct Uniforms { n: u32 } // elements of x
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> b: array<f32>;
@group(0) @binding(2) var<storage, read_write> r: array<f32>;
@group(0) @binding(3) var<uniform> u: Uniforms;

var<workgroup> largest: array<f32, WGX>;

@compute @workgroup_size(WGX)
fn main(
  @builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) t: u32, @builtin(num_workgroups) groups: vec3u,
) {
  let biases = arrayLength(&r) - groups.x;
  let thread = group.x * WGX + t;
  let threads = groups.x * WGX;
  for (var i = thread; i < biases; i += threads) { r[i] = b[i]; }
  var found = 0.0;
  for (var i = thread; i < u.n; i += threads) { found = max(found, abs(x[i])); }
  largest[t] = found;
  for (var reach = WGX / 2u; reach > 0u; reach /= 2u) {
    workgroupBarrier();
    if (t < reach) { largest[t] = max(largest[t], largest[t + reach]); }
  }
  if (t == 0u) { r[biases + group.x] = largest[0]; }
}
