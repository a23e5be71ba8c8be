// The global types that the published types need. The build copies this file next to them, so they work in any project: with or
// without the DOM's types, and with TypeScript 5.9 and newer.
/// <reference lib="esnext.disposable" />

// From TypeScript 6 on, the DOM's types include WebGPU. An older compiler uses @webgpu/types, if it is installed. A newer one
// must not, because the two conflict. package.json selects the right one.
// @ts-ignore
import '#webgpu-types';

// An empty interface adds nothing to a real one. If there is no real one, as in Node without the DOM's types, it keeps the name
// from being an error.
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
  // The type parameter has a default in the real declaration, and may have it only there.
  interface ReadableStream<R> {}
  interface Response {}
  interface VideoFrame {}
}
