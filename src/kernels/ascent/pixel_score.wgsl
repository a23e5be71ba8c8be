// What a clipping regularizer ranks, for x and its gradient g, both [N, C, plane]:
//   0 VALUE         s[n,c,i] = |x|                     every entry by itself
//   1 NORM          s[n,i]   = √Σ_c x²                 pixels by their length over channels
//   2 BENEFIT       s[n,i]   = Σ_c −x·g                predicted gain of setting the pixel to the mean colour
//   3 CONTRIBUTION  s[n,i]   = |Σ_c −x·g|
// One thread per score.
override WGX: u32 = 64u;
override KIND: u32 = 0u;

struct Uniforms { n: u32, C: u32, plane: u32, active_: u32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> g: array<f32>;
@group(0) @binding(2) var<storage, read_write> s: array<f32>;
@group(0) @binding(3) var<uniform> u: Uniforms;

@compute @workgroup_size(WGX)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * WGX + id.x;
  if (i >= u.n || u.active_ == 0u) { return; }
  if (KIND == 0u) {
    s[i] = abs(x[i]);
    return;
  }
  let first = i / u.plane * u.C * u.plane + i % u.plane;
  var sum = 0.0;
  for (var c = 0u; c < u.C; c++) {
    let at = first + c * u.plane;
    if (KIND == 1u) { sum += x[at] * x[at]; } else { sum -= x[at] * g[at]; }
  }
  if (KIND == 1u) { sum = sqrt(sum); }
  if (KIND == 3u) { sum = abs(sum); }
  s[i] = sum;
}
