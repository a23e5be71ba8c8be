// Names of WebGPU and the DOM that TypeScript declares as aliases. An alias cannot be declared a second time, as an
// interface can (platform.d.ts), so public signatures use these in their place.
export type * from './platform.js';

/** A feature of a device by its WebGPU name. Newer ones than these are taken too. */
export type FeatureName = 'shader-f16' | 'subgroups' | 'timestamp-query' | (string & {});

/** What a page can show: WebGPU's `GPUCopyExternalImageSource`. */
export type PictureSource =
  | ImageBitmap
  | ImageData
  | HTMLImageElement
  | HTMLVideoElement
  | VideoFrame
  | HTMLCanvasElement
  | OffscreenCanvas;

/** WebGPU's `GPUTextureFormat`, where its types are known. */
export type TextureFormat = GPU extends { getPreferredCanvasFormat(): infer Format } ? Format : string;
