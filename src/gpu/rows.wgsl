// How threads share rows: LANES of them each, one or the whole workgroup. Put behind a kernel whose rows' numbers are joined,
// together with rows_workgroup.wgsl or rows_subgroup.wgsl, which say how the threads of a row come to
//   total(t, v): the sum of v over them, on one device always in the same order
//   most(t, v), greatest(t, v): the greatest of floats, of whole numbers
// each in every thread. All threads of a workgroup have to ask for it.
override WGX: u32 = 64u;
override LANES: u32 = 64u; // 1 or WGX
override MEET: bool = true; // the threads of a row need workgroup memory to meet

const SUM = 0u;
const MOST = 1u;
const GREATEST = 2u;

// a and b, bits of f32 unless they are the GREATEST of whole numbers.
fn join(a: u32, b: u32, how: u32) -> u32 {
  if (how == SUM) { return bitcast<u32>(bitcast<f32>(a) + bitcast<f32>(b)); }
  if (how == MOST) { return bitcast<u32>(max(bitcast<f32>(a), bitcast<f32>(b))); }
  return max(a, b);
}

// The row of a thread; there may be fewer.
fn rowOf(t: Thread) -> u32 { return ((t.group.y * t.groups.x + t.group.x) * WGX + t.at) / LANES; }

// Which of its row's threads it is.
fn laneOf(t: Thread) -> u32 { return t.at % LANES; }
