// y[n,c,p,q] = max of x over 3×3 windows with stride 1 or 2. NCHW. One thread per two rows of four y, which share a row's maxima. INDEX
// writes where each maximum is in place of the maximum itself, as in max_pool.wgsl. LOOP goes through the rows of the image one
// by one; without it they are written out. A tap outside the image is read at the nearest pixel, which the window holds as well
// and which comes first or has been seen: it changes neither the maximum nor its place.
override WGX: u32 = 8u;
override WGY: u32 = 8u;
override WGZ: u32 = 1u;
override STRIDE: u32 = 2u;
override INDEX: bool = false;
override LOOP: bool = false;

struct Uniforms {
  n: u32, H: i32, W: i32, P: u32, Q: u32, R: i32, S: i32, sy: i32, sx: i32, py: i32, px: i32, padH: i32, padW: i32,
}
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<u32>;
@group(0) @binding(2) var<uniform> u: Uniforms;

/** Maxima of four windows, and h·W+w of the first of each in reading order. */
struct Best { value: vec4f, at: vec4i }

// The maxima of three neighbours in one row of the image, for four windows.
fn across(plane: i32, row: i32, w: i32) -> Best {
  let h = clamp(row, 0, u.H - 1);
  let line = plane + h * u.W;
  let last = u.W - 1;
  let s = i32(STRIDE);
  let v0 = x[line + clamp(w, 0, last)];
  let v1 = x[line + clamp(w + 1, 0, last)];
  let v2 = x[line + clamp(w + 2, 0, last)];
  let v3 = x[line + clamp(w + 3, 0, last)];
  let v4 = x[line + clamp(w + 4, 0, last)];
  let v5 = x[line + clamp(w + 5, 0, last)];
  var a = vec4f(v0, v1, v2, v3);
  var b = vec4f(v1, v2, v3, v4);
  var c = vec4f(v2, v3, v4, v5);
  if (STRIDE == 2u) {
    let v6 = x[line + clamp(w + 6, 0, last)];
    let v7 = x[line + clamp(w + 7, 0, last)];
    let v8 = x[line + clamp(w + 8, 0, last)];
    a = vec4f(v0, v2, v4, v6);
    b = vec4f(v1, v3, v5, v7);
    c = vec4f(v2, v4, v6, v8);
  }
  var best = Best(a, vec4i(h * u.W + w) + vec4i(0, s, 2 * s, 3 * s));
  let first = best.at;
  best.at = select(best.at, first + vec4i(1), b > best.value);
  best.value = max(best.value, b);
  best.at = select(best.at, first + vec4i(2), c > best.value);
  best.value = max(best.value, c);
  // A window that begins left of the image begins in column 0.
  best.at = max(best.at, vec4i(h * u.W));
  return best;
}

fn later(a: Best, b: Best) -> Best {
  return Best(max(a.value, b.value), select(a.at, b.at, b.value > a.value));
}

fn store(i: u32, col: u32, value: f32, at: i32) {
  if (col < u.Q) { y[i] = select(bitcast<u32>(value), u32(at), INDEX); }
}

fn put(i: u32, col: u32, best: Best) {
  store(i, col, best.value.x, best.at.x);
  store(i + 1u, col + 1u, best.value.y, best.at.y);
  store(i + 2u, col + 2u, best.value.z, best.at.z);
  store(i + 3u, col + 3u, best.value.w, best.at.w);
}

@compute @workgroup_size(WGX, WGY, WGZ)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let col = id.x * 4u;
  let row = id.y * 2u;
  // One plane each: SwiftShader's compiler does not come back from a loop around so long a body.
  if (col >= u.Q || row >= u.P || id.z >= u.n) { return; }
  let plane = i32(id.z) * u.H * u.W;
  let h = i32(row * STRIDE) - u.py;
  let w = i32(col * STRIDE) - u.px;
  let to_ = (id.z * u.P + row) * u.Q + col;
  var top: Best;
  var low: Best;
  if (LOOP) {
    let s = i32(STRIDE);
    // A window that begins above the image begins in row 0.
    let first = max(-h, 0);
    for (var i = first; i < u.R + u.sy; i++) {
      let r = across(plane, h + i, w);
      if (i == first) { top = r; } else if (i < 3) { top = later(top, r); }
      if (i == max(first, s)) { low = r; } else if (i > s) { low = later(low, r); }
    }
  } else {
    let r1 = across(plane, h + 1, w);
    let r2 = across(plane, h + 2, w);
    top = r1;
    if (h >= 0) { top = later(across(plane, h, w), r1); }
    top = later(top, r2);
    low = later(r1, r2);
    if (STRIDE == 2u) { low = r2; }
    if (row + 1u < u.P) {
      low = later(low, across(plane, h + 3, w));
      if (STRIDE == 2u) { low = later(low, across(plane, h + 4, w)); }
    }
  }
  put(to_, col, top);
  if (row + 1u < u.P) { put(to_ + u.Q, col, low); }
}
