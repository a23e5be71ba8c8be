// The layers that methods trace models with, beside those that a model brings (`Model.ops`).
export * as layers from '../kernels/common.js';
