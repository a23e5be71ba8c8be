// dx = dy masked by the forward sign (MASK), by its own sign (CLAMP), by both or by neither:
//   gradient            MASK          dx = dy · (f > 0 ? 1 : slope)
//   deconvnet           CLAMP         dx = max(dy, 0)                  Zeiler & Fergus 2013
//   guided backprop     MASK, CLAMP   dx = max(dy, 0) · (f > 0)        Springenberg et al. 2014
// f is the ReLU's output, whose sign is its input's. One thread per element.
override WGX: u32 = 64u;
override MASK: bool = true;
override CLAMP: bool = false;

struct Uniforms { n: u32, slope: f32 }
@group(0) @binding(0) var<storage, read> f: array<f32>;
@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read_write> dx: array<f32>;
@group(0) @binding(3) var<uniform> u: Uniforms;

@compute @workgroup_size(WGX)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * WGX + id.x;
  if (i >= u.n) { return; }
  var d = dy[i];
  if (CLAMP) { d = max(d, 0.0); }
  if (MASK) { d = select(u.slope * d, d, f[i] > 0.0); }
  dx[i] = d;
}
