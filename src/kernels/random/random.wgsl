// y[n, i] = a random number drawn for image n's seed, the step, the stream and place i. [N, size]. One thread per number.
// The draw is a hash (PCG, Jarzynski & Olano 2020), so that a step can be taken again exactly. NORMAL turns two draws into
// one of the standard normal distribution (Box & Muller 1958); else it is uniform from 0 to below 1.
override WGX: u32 = 64u;
override NORMAL: bool = false;

struct Uniforms { n: u32, size: u32, stream: u32 }
@group(0) @binding(0) var<storage, read> seeds: array<u32>;
@group(0) @binding(1) var<storage, read> step: array<u32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@group(0) @binding(3) var<uniform> u: Uniforms;

const TAU = 6.283185307179586;

fn hash(v: u32) -> u32 {
  let state = v * 747796405u + 2891336453u;
  let word = ((state >> ((state >> 28u) + 4u)) ^ state) * 277803737u;
  return (word >> 22u) ^ word;
}

// The middle of one of 2^24 equal parts of the range from 0 to 1: exact in f32, and never 0, whose logarithm is infinite.
fn middle(drawn: u32) -> f32 {
  return (f32(drawn >> 8u) + 0.5) / 16777216.0;
}

@compute @workgroup_size(WGX)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * WGX + id.x;
  if (i >= u.n) { return; }
  let key = hash(step[0] ^ hash(seeds[i / u.size] ^ hash(u.stream)));
  let place = i % u.size;
  if (NORMAL) {
    let first = middle(hash((2u * place) ^ key));
    let second = middle(hash((2u * place + 1u) ^ key));
    y[i] = sqrt(-2.0 * log(first)) * cos(TAU * second);
  } else {
    y[i] = f32(hash(place ^ key) >> 8u) / 16777216.0;
  }
}
