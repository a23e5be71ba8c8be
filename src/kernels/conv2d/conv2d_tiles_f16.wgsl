// conv2d_tiles.wgsl with tiles and products in half precision.
alias Number = f16;
const HALF_PRODUCTS = true;
