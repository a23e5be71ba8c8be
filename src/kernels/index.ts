// THE REGISTRY: one line per layer. The key is the layer's `type` in a Model; importers find their rules here.
export * as add from './add/index.js';
export * as avgPool from './avgPool/index.js';
export * as concat from './concat/index.js';
export * as conv2d from './conv2d/index.js';
export * as dropout from './dropout/index.js';
export * as fc from './fc/index.js';
export * as flatten from './flatten/index.js';
export * as identity from './identity/index.js';
export * as lrn from './lrn/index.js';
export * as lrnWithin from './lrnWithin/index.js';
export * as maxPool from './maxPool/index.js';
export * as prelu from './prelu/index.js';
export * as relu from './relu/index.js';
export * as reshape from './reshape/index.js';
export * as slice from './slice/index.js';
export * as softmax from './softmax/index.js';
