// ranges[1 + c] = (min, max, how many are not finite) of channel c of x, and ranges[0] = the same of all channels: what the
// views stretch colours by. x is C channels of `size` numbers from `first` on; it is read as bits, since a shader may take
// floats to be finite. `channels`: one workgroup per channel, then `layer`: one workgroup. Minimum and maximum are the same in
// whatever order, so that two runs give the same bits.
const WG = 64u;
const LARGEST = 3.40282346638528859812e38; // f32; no finite number changes by min with it

struct Range { lo: f32, hi: f32, bad: u32 }
struct Uniforms { first: u32, C: u32, size: u32 }
@group(0) @binding(0) var<uniform> u: Uniforms;
@group(0) @binding(1) var<storage, read> x: array<u32>;
@group(0) @binding(2) var<storage, read_write> ranges: array<Range>;
var<workgroup> parts: array<Range, WG>;

fn both(a: Range, b: Range) -> Range {
  return Range(min(a.lo, b.lo), max(a.hi, b.hi), a.bad + b.bad);
}

// The range of all threads' own, for thread 0.
fn reduced(own: Range, lane: u32) -> Range {
  parts[lane] = own;
  for (var half = WG / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) { parts[lane] = both(parts[lane], parts[lane + half]); }
  }
  return parts[lane];
}

@compute @workgroup_size(WG)
fn channels(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let c = group.y * groups.x + group.x;
  var own = Range(LARGEST, -LARGEST, 0u);
  if (c < u.C) {
    for (var i = lane; i < u.size; i += WG) {
      let bits = x[u.first + c * u.size + i];
      if ((bits & 0x7f800000u) == 0x7f800000u) {
        own.bad++;
      } else {
        let v = bitcast<f32>(bits);
        own = Range(min(own.lo, v), max(own.hi, v), own.bad);
      }
    }
  }
  let all = reduced(own, lane);
  if (lane == 0u && c < u.C) { ranges[1u + c] = all; }
}

@compute @workgroup_size(WG)
fn layer(@builtin(local_invocation_index) lane: u32) {
  var own = Range(LARGEST, -LARGEST, 0u);
  for (var c = lane; c < u.C; c += WG) { own = both(own, ranges[1u + c]); }
  let all = reduced(own, lane);
  if (lane == 0u) { ranges[0] = all; }
}
