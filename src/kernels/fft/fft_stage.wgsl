// y[t + L·R·b] = scale · Σ_s x[k + L·b + s·N/R] · ω^(s·t), ω = exp(∓2πi/(L·R)), k = t mod L: one Stockham stage of radix R of a DFT of
// length N along one axis, after stages whose radices have the product L. Layout [outer, N, inner], complex numbers as pairs.
// One thread per output, a loop over the R inputs: a gather. The stages together sort the result, without bit reversal.
override WGX: u32 = 64u;
override R: u32 = 2u;
override INVERSE: bool = false;
// x is real.
override REAL_IN: bool = false;
// x has only the first N/2 + 1 places of the axis, the others are the conjugates of their mirror places.
override HERMITIAN_IN: bool = false;
// x has only the first N/2 + 1 places of the axis, the others are zero.
override PADDED_IN: bool = false;
// y has only the real parts.
override REAL_OUT: bool = false;
// Places of the axis other than 0 and N/2 count twice: they stand for their mirror places too.
override DOUBLED: bool = false;

// `kept` is the number of places of the axis that y has.
struct Uniforms { n: u32, N: u32, L: u32, inner: u32, kept: u32, scale: f32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
// exp(−2πi j/N) for j from 0 to below N.
@group(0) @binding(1) var<storage, read> turns: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@group(0) @binding(3) var<uniform> u: Uniforms;

fn load(outer: u32, place: u32, inner: u32) -> vec2f {
  if (REAL_IN) { return vec2f(x[(outer * u.N + place) * u.inner + inner], 0.0); }
  var at = place;
  var size = u.N;
  var sign = 1.0;
  if (HERMITIAN_IN || PADDED_IN) {
    size = u.N / 2u + 1u;
    if (place >= size) {
      if (PADDED_IN) { return vec2f(); }
      at = u.N - place;
      sign = -1.0;
    }
  }
  let i = 2u * ((outer * size + at) * u.inner + inner);
  return vec2f(x[i], sign * x[i + 1u]);
}

@compute @workgroup_size(WGX)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * WGX + id.x;
  if (i >= u.n) { return; }
  let inner = i % u.inner;
  let place = (i / u.inner) % u.kept;
  let outer = i / (u.inner * u.kept);
  let span = u.L * R;
  let t = place % span;
  let first = (place / span) * u.L + t % u.L;
  var sum = vec2f();
  // s·t mod L·R, counted up.
  var turn = 0u;
  for (var s = 0u; s < R; s++) {
    let v = load(outer, first + s * (u.N / R), inner);
    let j = 2u * turn * (u.N / span);
    let c = turns[j];
    let d = select(turns[j + 1u], -turns[j + 1u], INVERSE);
    sum += vec2f(v.x * c - v.y * d, v.x * d + v.y * c);
    turn += t;
    turn = select(turn, turn - span, turn >= span);
  }
  sum *= u.scale;
  if (DOUBLED && place > 0u && 2u * place < u.N) { sum *= 2.0; }
  if (REAL_OUT) {
    y[i] = sum.x;
  } else {
    y[2u * i] = sum.x;
    y[2u * i + 1u] = sum.y;
  }
}
