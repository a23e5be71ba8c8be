// y[t + L·R·b] = scale · Σ_s x[k + L·b + s·N/R] · ω^(s·t), ω = exp(∓2πi/(L·R)), k = t mod L: one Stockham stage of radix R of a DFT of
// length N along one axis, after stages whose radices have the product L. Layout [outer, N, inner], complex numbers as pairs.
// A thread reads R inputs once and makes several of the outputs that they make. The stages together sort the result, without bit reversal.
override WGX: u32 = 64u;
override R: u32 = 2u;
// Outputs of a thread: at most the length of `sums`.
override OUTPUTS: u32 = 1u;
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

// `kept` is the number of places of the axis that y has; the outputs of a thread are `step` places apart, a multiple of L.
struct Uniforms { n: u32, N: u32, L: u32, inner: u32, kept: u32, step: u32, scale: f32 }
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

fn times(a: vec2f, b: vec2f) -> vec2f {
  return vec2f(a.x * b.x - a.y * b.y, a.x * b.y + a.y * b.x);
}

// exp(∓2πi j/N)
fn root(j: u32) -> vec2f {
  return vec2f(turns[2u * j], select(turns[2u * j + 1u], -turns[2u * j + 1u], INVERSE));
}

@compute @workgroup_size(WGX)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * WGX + id.x;
  if (i >= u.n) { return; }
  let span = u.L * R;
  let stride = u.N / span;
  let inner = i % u.inner;
  let line = i / u.inner;
  let t = line % u.step;
  let part = (line / u.step) % stride;
  let outer = line / (u.step * stride);
  let first = part * u.L + t % u.L;
  var sums: array<vec2f, 16>;
  // Of a large radix, sums of 16 inputs are added up: less is rounded off.
  var partial: array<vec2f, 16>;
  // s·t and s·step mod L·R, counted up.
  var turn = 0u;
  var far = 0u;
  for (var s = 0u; s < R; s++) {
    let v = times(load(outer, first + s * (u.N / R), inner), root(turn * stride));
    // ω^(s·(t + p·step)) is ω^(s·t) times what all threads share.
    var shared_turn = 0u;
    for (var p = 0u; p < OUTPUTS; p++) {
      partial[p] += times(v, root(shared_turn * stride));
      shared_turn += far;
      shared_turn = select(shared_turn, shared_turn - span, shared_turn >= span);
    }
    if (R > 16u && s % 16u == 15u) {
      for (var p = 0u; p < OUTPUTS; p++) {
        sums[p] += partial[p];
        partial[p] = vec2f();
      }
    }
    turn += t;
    turn = select(turn, turn - span, turn >= span);
    far += u.step;
    far = select(far, far - span, far >= span);
  }
  for (var p = 0u; p < OUTPUTS; p++) {
    let place = part * span + t + p * u.step;
    if (t + p * u.step >= span || place >= u.kept) { break; }
    var sum = (sums[p] + partial[p]) * u.scale;
    if (DOUBLED && place > 0u && 2u * place < u.N) { sum *= 2.0; }
    let o = (outer * u.kept + place) * u.inner + inner;
    if (REAL_OUT) {
      y[o] = sum.x;
    } else {
      y[2u * o] = sum.x;
      y[2u * o + 1u] = sum.y;
    }
  }
}
