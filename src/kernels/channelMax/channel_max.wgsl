// y[n,c] = (max_hw x[n,c,h,w], the index h·W + w of its first occurrence, as a float). NaN counts as more than any number,
// so that it is found and not lost. x is [planes, size]: planes = N·C, size = H·W. LANES threads per plane scan with a
// stride of LANES, then a tree in workgroup memory; ties go to the lower index at every stage.
override WGX: u32 = 64u;
override LANES: u32 = 1u; // a power of two that divides WGX

struct Uniforms { planes: u32, size: u32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<uniform> u: Uniforms;
var<workgroup> key: array<i32, WGX>;
var<workgroup> place: array<u32, WGX>;

// Whole numbers in the order of the floats: comparing bits cannot be optimized as if there were no NaN.
fn ordered(v: f32) -> i32 {
  let bits = bitcast<i32>(v);
  let size = bits & 0x7fffffff;
  // −0 is 0, and a NaN of either sign comes after infinity.
  let k = select(bits, size, size == 0 || size > 0x7f800000);
  return k ^ ((k >> 31u) & 0x7fffffff);
}

@compute @workgroup_size(WGX)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) t: u32,
) {
  let wanted = ((group.y * groups.x + group.x) * WGX + t) / LANES;
  let lane = t % LANES;
  // Threads beyond the last plane keep company at the barriers.
  let row = min(wanted, u.planes - 1u) * u.size;
  var best = min(lane, u.size - 1u);
  var bestKey = ordered(x[row + best]);
  for (var i = best + LANES; i < u.size; i += LANES) {
    let k = ordered(x[row + i]);
    if (k > bestKey) {
      best = i;
      bestKey = k;
    }
  }
  key[t] = bestKey;
  place[t] = best;
  workgroupBarrier();
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    if (lane < half) {
      let other = t + half;
      if (key[other] > key[t] || (key[other] == key[t] && place[other] < place[t])) {
        key[t] = key[other];
        place[t] = place[other];
      }
    }
    workgroupBarrier();
  }
  if (lane == 0u && wanted < u.planes) {
    y[wanted * 2u] = x[row + place[t]];
    y[wanted * 2u + 1u] = f32(place[t]);
  }
}
