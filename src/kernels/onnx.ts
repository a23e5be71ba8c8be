// Layers that only ONNX files have. A page downloads them with the ONNX importer, whose models name them (`Model.ops`); one for
// Caffe's files does without.
export { op as binary } from './binary/index.js';
export { op as convNd } from './convNd/index.js';
export { op as cumSum } from './cumSum/index.js';
export { op as einsum } from './einsum/index.js';
export { op as gather } from './gather/index.js';
export { op as gatherElements } from './gatherElements/index.js';
export { op as gemm } from './gemm/index.js';
export { op as logSoftmax } from './logSoftmax/index.js';
export { op as matMul } from './matMul/index.js';
export { op as pixelShuffle } from './pixelShuffle/index.js';
export { op as poolNd } from './poolNd/index.js';
export { op as topK } from './topK/index.js';
export { op as trigonometry } from './trigonometry/index.js';
export { op as where } from './where/index.js';
