// The layers that methods trace models with: all of the registry.
export * as layers from '../kernels/index.js';
