// What the published types take from their surroundings. The build copies this file beside them, so that they hold in any
// project: with the DOM's types or without, and with compilers from TypeScript 5.9 on.
/// <reference lib="esnext.disposable" />

// The DOM's types know WebGPU from TypeScript 6 on. An older compiler takes it from @webgpu/types, where that is installed;
// a newer one must not, since the two contradict each other. package.json tells them apart.
// @ts-ignore
import '#webgpu-types';

// An empty interface adds nothing to the real one. Where there is no real one, as in Node without the DOM's types, it keeps
// a name in a signature from being an error.
declare global {
  interface GPU {}
  interface GPUAdapterInfo {}
  interface GPUBindGroup {}
  interface GPUBindGroupLayout {}
  interface GPUBuffer {}
  interface GPUCommandEncoder {}
  interface GPUComputePassEncoder {}
  interface GPUComputePipeline {}
  interface GPUDevice {}
  interface GPUDeviceLostInfo {}
  interface GPUSampler {}
  interface GPUTexture {}
  interface GPUTextureView {}

  interface AbortSignal {}
  interface HTMLCanvasElement {}
  interface HTMLImageElement {}
  interface HTMLVideoElement {}
  interface ImageBitmap {}
  interface ImageData {}
  interface OffscreenCanvas {}
  // Its parameter has a default where it is declared in earnest, and only there.
  interface ReadableStream<R> {}
  interface Response {}
  interface VideoFrame {}
}
