// A library for kernels that reduce rows: which row a thread works on, and how values of a row's threads are combined.
// LANES threads share a row: one, or a whole workgroup. rows_workgroup.wgsl and rows_subgroup.wgsl use this file and define
//   total(t, v)     Σ of v over the row's threads, on one device always in the same order
//   most(t, v)      the maximum of floats
//   greatest(t, v)  the maximum of u32
// Every thread of the row gets the result. All threads of a workgroup have to call these functions.
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
