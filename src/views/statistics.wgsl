// ranges[1 + c] = (min, max, how many are not finite) of channel c of x, and ranges[0] = the same of all channels: what the
// views stretch colours by. x is C channels of `size` numbers from `first` on; it is read as bits, since a shader may take
// floats to be finite. `channels`: a row per channel, then `layer`: one row, of which all threads of a workgroup have a share
// (gpu/rows.wgsl). Minimum and maximum are the same in whatever order, so that two runs give the same bits.
const LARGEST = 3.40282346638528859812e38; // f32; no finite number changes by min with it

struct Range { lo: f32, hi: f32, bad: u32 }
struct Uniforms { first: u32, C: u32, size: u32 }
@group(0) @binding(0) var<uniform> u: Uniforms;
@group(0) @binding(1) var<storage, read> x: array<u32>;
@group(0) @binding(2) var<storage, read_write> ranges: array<Range>;

fn both(a: Range, b: Range) -> Range {
  return Range(min(a.lo, b.lo), max(a.hi, b.hi), a.bad + b.bad);
}

// The range of a row, of what its threads have found. Counts are exact up to 2^24.
fn joinedRange(t: Thread, own: Range) -> Range {
  return Range(-most(t, -own.lo), most(t, own.hi), u32(total(t, f32(own.bad))));
}

@compute @workgroup_size(WGX)
fn channels(t: Thread) {
  let row = rowOf(t);
  let c = min(row, u.C - 1u);
  var own = Range(LARGEST, -LARGEST, 0u);
  for (var i = laneOf(t); i < u.size; i += LANES) {
    let bits = x[u.first + c * u.size + i];
    if ((bits & 0x7f800000u) == 0x7f800000u) {
      own.bad++;
    } else {
      let v = bitcast<f32>(bits);
      own = Range(min(own.lo, v), max(own.hi, v), own.bad);
    }
  }
  let all = joinedRange(t, own);
  if (laneOf(t) == 0u && row < u.C) { ranges[1u + c] = all; }
}

@compute @workgroup_size(WGX)
fn layer(t: Thread) {
  var own = Range(LARGEST, -LARGEST, 0u);
  for (var c = laneOf(t); c < u.C; c += LANES) { own = both(own, ranges[1u + c]); }
  let all = joinedRange(t, own);
  if (laneOf(t) == 0u) { ranges[0] = all; }
}
