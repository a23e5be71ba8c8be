// Views: buffers on canvases, without readback. The only code of the library that touches the DOM.
export { COLORMAPS, type Colormap, colormapTable } from './colormaps.js';
export { createImageView, type ImageView, type ImageViewOptions } from './image.js';
export { type GridLayout, type GridSpace, layoutGrid, type Rect, type Spot, tileAt, tileRect } from './layout.js';
export type { Canvas, DrawTarget, Surface } from './surface.js';
