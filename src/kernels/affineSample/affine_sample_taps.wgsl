// A library of the affine sampler: where an output pixel's place is in x, and what is beyond x's border.
// theta is [N,6]: two rows (Ayy, Ayx, ty), (Axy, Axx, tx), in pixels about the centres of x and y.
const CONSTANT = 0u;
const BORDER = 1u;
const REFLECT = 2u;
const WRAP = 3u;
override MODE: u32 = 0u;

struct Affine { toY: vec3f, toX: vec3f }

fn affine(n: u32) -> Affine {
  let i = 6u * n;
  return Affine(vec3f(theta[i], theta[i + 1u], theta[i + 2u]), vec3f(theta[i + 3u], theta[i + 4u], theta[i + 5u]));
}

fn middle(size: vec2i) -> vec2f { return 0.5 * vec2f(size - 1); }

// The place (row, column) in x of an output pixel.
fn place(a: Affine, target_: vec2f, x: vec2i, y: vec2i) -> vec2f {
  let from_ = vec3f(target_ - middle(y), 1.0);
  let at = vec2f(dot(a.toY, from_), dot(a.toX, from_)) + middle(x);
  if (MODE == BORDER) { return clamp(at, vec2f(), vec2f(x - 1)); }
  return at;
}
