// conv2d_tiles.wgsl in single precision.
alias Number = f32;
const HALF_PRODUCTS = false;
