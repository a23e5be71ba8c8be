// Views draw buffers on canvases without readback. This is the only code of the library that touches the DOM.
export { COLORMAPS, type Colormap, colormapTable } from '../core/colormaps.js';
export type { Canvas, DrawTarget, Surface } from './drawTarget.js';
export { createGridView, type GridOptions, type GridView } from './grid.js';
export { createHeatView, type HeatOptions, type HeatView } from './heat.js';
export { createImageView, type ImageView, type ImageViewOptions } from './image.js';
export { createInputView, type InputOptions, type InputView } from './input.js';
export { type GridLayout, type GridSpace, layoutGrid, type Rect, type Spot, tileAt, tileRect } from './layout.js';
export { type Colour, drawViews, type TensorSource, type View } from './pane.js';
export type { PictureSource } from './picture.js';
export { createSignedView, SIGNED_FILTERS, type SignedFilter, type SignedOptions, type SignedView } from './signed.js';
export { BOOSTS, GAMMAS, type OverlayStyle, type ShadeOptions, type SpriteSheet } from './tiles.js';
export { createUnitView, type UnitOptions, type UnitView } from './unit.js';
