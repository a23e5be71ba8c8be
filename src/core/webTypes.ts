// Names that TypeScript declares as type aliases in WebGPU and the DOM. Unlike an interface, an alias cannot be declared twice
// (see platform.d.ts), so public signatures use these instead.
export type * from './platform.js';

/** A device feature by its WebGPU name. Newer names are accepted too. */
export type FeatureName = 'shader-f16' | 'subgroups' | 'timestamp-query' | (string & {});

/** What a page can display: WebGPU's `GPUCopyExternalImageSource`. */
export type PictureSource =
  | ImageBitmap
  | ImageData
  | HTMLImageElement
  | HTMLVideoElement
  | VideoFrame
  | HTMLCanvasElement
  | OffscreenCanvas;

/** WebGPU's `GPUTextureFormat`, if its types are known. */
export type TextureFormat = GPU extends { getPreferredCanvasFormat(): infer Format } ? Format : string;
