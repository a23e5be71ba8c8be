// THE REGISTRY: one line per layer, in common.ts, or in onnx.ts if only ONNX has it. The key is the layer's `type` in a Model,
// and importers look for rules in the folder of that name. It exports only ops, so that a page does not load the rest of a
// layer's folder.
export * from './common.js';
export * from './onnx.js';
