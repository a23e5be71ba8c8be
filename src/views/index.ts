// Views: buffers on canvases, without readback. The only code of the library that touches the DOM.
export { createImageView, type ImageView, type ImageViewOptions } from './image.js';
export type { Canvas, DrawTarget, Surface } from './surface.js';
