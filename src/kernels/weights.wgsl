// A library that reads frozen weights from the kernel's buffer w: weights(i) are the four from 4i on, weight(i, k) is one of them.
// They are f32 or, with HALF, in half precision, two in a word. conv2d_pack.wgsl and fc_halve.wgsl write them.
override HALF: bool = false;

fn weights(i: u32) -> vec4f {
  if (HALF) {
    let eight = w[i / 2u];
    let four = select(eight.xy, eight.zw, i % 2u == 1u);
    return vec4f(unpack2x16float(four.x), unpack2x16float(four.y));
  }
  return bitcast<vec4f>(w[i]);
}

// One of the four.
fn weight(i: u32, which: u32) -> f32 {
  if (HALF) {
    let two = unpack2x16float(w[i / 2u][i % 2u * 2u + which / 2u]);
    return two[which % 2u];
  }
  return bitcast<f32>(w[i][which]);
}
