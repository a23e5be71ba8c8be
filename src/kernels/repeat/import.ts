// Importers add it where a value that all pictures share is joined with one that each has; no file names it.
export const caffe = {};
export const onnx = {};
