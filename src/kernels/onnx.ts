// Layers that only ONNX files have. A page downloads them with the ONNX importer, whose models name them (`Model.ops`); one for
// Caffe's files does without.
export { op as binary } from './binary/index.js';
export { op as convNd } from './convNd/index.js';
export { op as cumSum } from './cumSum/index.js';
export { op as einsum } from './einsum/index.js';
export { op as gather } from './gather/index.js';
export { op as gatherElements } from './gatherElements/index.js';
export { op as gatherND } from './gatherND/index.js';
export { op as gemm } from './gemm/index.js';
export { op as gridSample } from './gridSample/index.js';
export { op as hardmax } from './hardmax/index.js';
export { op as logSoftmax } from './logSoftmax/index.js';
export { op as matMul } from './matMul/index.js';
export { op as maxPoolIndices } from './maxPoolIndices/index.js';
export { op as maxUnpool } from './maxUnpool/index.js';
export { op as oneHot } from './oneHot/index.js';
export { op as pixelShuffle } from './pixelShuffle/index.js';
export { op as poolNd } from './poolNd/index.js';
export { op as recurrent } from './recurrent/index.js';
export { op as scatterElements } from './scatterElements/index.js';
export { op as scatterND } from './scatterND/index.js';
export { op as topK } from './topK/index.js';
export { op as trigonometry } from './trigonometry/index.js';
export { op as trilu } from './trilu/index.js';
export { op as where } from './where/index.js';
