// ONNX's Gemm if it is more than a fully connected layer: transposed, or with a computed matrix.
import { gemm } from '../matMul/index.js';

/** All kernels are ../matMul's. */
export const kernels = [];
/** `factor · a b + shiftFactor · c`, a and b as they are or transposed. */
export const op = gemm;
