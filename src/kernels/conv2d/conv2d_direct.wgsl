// Convolution with few rows a group, depthwise above all: a matrix product would make 16 rows to keep one. A thread makes
// four neighbouring pixels of one row, from the same packed weights and the same image with its border as the others.
//   y[n, row, p, q] = act( b[row] + Σ_{ci,r,s} x[n, g·Cx+ci, p·sy+r·dy, q·sx+s·dx] · packed[g][row/16][ci,r,s][row%16] )
// Grid: x over quads of pixels of the whole batch, y over rows, z over groups.
override WGX: u32 = 64u;
override WGY: u32 = 1u;
override WGZ: u32 = 1u;

@compute @workgroup_size(WGX, WGY, WGZ)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  if (id.x >= u.quads || id.y >= u.Mg) { return; }
  // More groups than a grid may be deep are taken in turns.
  for (var g = id.z; g < u.groups; g += groups.z * WGZ) { quad(id.x, id.y, g); }
}

fn quad(i: u32, row: u32, g: u32) {
  let quads = (u.Q + 3u) / 4u;
  let q = i % quads * 4u;
  let p = (i / quads) % u.P;
  let n = i / (quads * u.P);
  let first = (n * u.I + u.i0 + g * u.Cx) * u.plane + p * u.sy * u.width + q * u.sx;
  let weights = ((g * u.blocks + row / 16u) * u.Ig * u.T * u.U) * 4u + row % 16u / 4u;
  var sum = vec4f();
  // Read before the loop: see conv2d_subgroup.wgsl.
  let U = u.U;
  let dx = u.dx;
  let sx = u.sx;
  let lines = u.Cx * u.T;
  for (var l = 0u; l < lines; l++) {
    let line = first + l / u.T * u.plane + l % u.T * u.dy * u.width;
    let at = weights + l * U * 4u;
    for (var s = 0u; s < U; s++) {
      let o = line + s * dx;
      sum += w[at + s * 4u][row % 4u] * vec4f(x[o], x[o + sx], x[o + 2u * sx], x[o + 3u * sx]);
    }
  }
  store(n, p, q, g, row, sum.x);
  store(n, p, q + 1u, g, row, sum.y);
  store(n, p, q + 2u, g, row, sum.z);
  store(n, p, q + 3u, g, row, sum.w);
}
