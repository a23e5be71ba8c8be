// THE REGISTRY: one line per layer, in common.ts, or in onnx.ts where only ONNX has it. The key is the layer's `type` in a Model;
// importers look for their rules in the folder of that name. Ops alone, so that a page does not load what else is in a layer's
// folder.
export * from './common.js';
export * from './onnx.js';
