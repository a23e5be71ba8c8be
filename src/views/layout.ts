// Positions on a canvas: the tiles of a layer, and a single centred picture. All in whole canvas pixels, so that shaders and
// pointer events agree exactly.

/** In canvas pixels, from the top left corner. */
export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The input of a layout. */
export interface GridSpace {
  /** Number of tiles, and the map size `[height, width]` of each. The maps of a fully connected layer are 1×1. */
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly canvasWidth: number;
  readonly canvasHeight: number;
  /**
   * The number of columns divided by the number of rows, if tiles were square. Default: the canvas's width divided by its
   * height.
   */
  readonly aspect?: number;
  /** Canvas pixels between tiles. */
  readonly gap?: number;
  /** Minimum margin around all tiles, in canvas pixels. */
  readonly margin?: number;
  /**
   * The part of the canvas that is enlarged to fill it, as fractions of the canvas. The zoom is about the part's centre, up to
   * 1000 times.
   */
  readonly view?: Rect;
}

/** The tiles of a layer on a canvas, row by row: `columns = ⌈√(channels·aspect)⌉`. */
export interface GridLayout {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly columns: number;
  readonly rows: number;
  /** Size of every tile in canvas pixels. */
  readonly tileWidth: number;
  readonly tileHeight: number;
  readonly gap: number;
  /** The corner of the first tile; negative if a zoom moved it off the canvas. */
  readonly left: number;
  readonly top: number;
}

/** A position in a layer. */
export interface Spot {
  readonly channel: number;
  readonly h: number;
  readonly w: number;
}

/** A scale is rounded down to a whole number if the result is at least this share of it, because equal pixels look crisp. */
const CRISP = 0.85;
/** Narrower tiles have no gap between them. */
const LEAST_WITH_GAP = 2;
/** At a larger zoom, the shader's integers would overflow: they hold the size of a tile times the size of its map. */
const LARGEST_ZOOM = 1000;
/** The whole canvas. */
const WHOLE: Rect = { x: 0, y: 0, width: 1, height: 1 };

/** Uses the largest tiles that fit, by the toolbox's rule (image_misc.py), but without columns that would stay empty. */
export function layoutGrid(space: GridSpace): GridLayout {
  const { channels, height, width, canvasWidth, canvasHeight, view = WHOLE } = space;
  const { aspect = canvasWidth / canvasHeight, gap: wanted = 1, margin = wanted } = space;
  const columns = Math.max(1, Math.min(channels, Math.ceil(Math.sqrt(channels * aspect))));
  const rows = Math.ceil(channels / columns);
  const room = (pixels: number, tiles: number, gap: number) => (pixels - 2 * margin - gap * (tiles - 1)) / tiles;
  const scaleWith = (gap: number) =>
    Math.min(room(canvasWidth, columns, gap) / width, room(canvasHeight, rows, gap) / height);
  const gap = Math.min(width, height) * scaleWith(wanted) < LEAST_WITH_GAP ? 0 : wanted;
  const scale = scaleWith(gap);
  const plain = tileSize(scale, width, height);
  const left = Math.floor((canvasWidth - columns * (plain[0] + gap) + gap) / 2);
  const top = Math.floor((canvasHeight - rows * (plain[1] + gap) + gap) / 2);

  const zoom = Math.min(1 / view.width, 1 / view.height, LARGEST_ZOOM);
  const [tileWidth, tileHeight] = tileSize(scale * zoom, width, height);
  const zoomed = (start: number, tile: number, before: number, size: number, centre: number) =>
    Math.round(size / 2 - ((centre * size - start) * (tile + gap)) / (before + gap));
  return {
    channels,
    height,
    width,
    columns,
    rows,
    tileWidth,
    tileHeight,
    gap,
    left: zoomed(left, tileWidth, plain[0], canvasWidth, view.x + view.width / 2),
    top: zoomed(top, tileHeight, plain[1], canvasHeight, view.y + view.height / 2),
  };
}

function tileSize(scale: number, width: number, height: number): [width: number, height: number] {
  const whole = Math.floor(scale);
  const size = whole >= CRISP * scale ? whole : scale;
  return [Math.max(1, Math.floor(size * width)), Math.max(1, Math.floor(size * height))];
}

/** The position of `channel` in canvas pixels; undefined if the layer has no such channel. */
export function tileRect(layout: GridLayout, channel: number): Rect | undefined {
  const { channels, columns, tileWidth, tileHeight, gap, left, top } = layout;
  if (!(Number.isInteger(channel) && channel >= 0 && channel < channels)) return undefined;
  const column = channel % columns;
  const row = Math.floor(channel / columns);
  return {
    x: left + column * (tileWidth + gap),
    y: top + row * (tileHeight + gap),
    width: tileWidth,
    height: tileHeight,
  };
}

/** The channel at a canvas pixel, and the position in its map; undefined between and around the tiles. */
export function tileAt(layout: GridLayout, x: number, y: number): Spot | undefined {
  const { channels, height, width, columns, tileWidth, tileHeight, gap, left, top } = layout;
  const dx = Math.floor(x) - left;
  const dy = Math.floor(y) - top;
  if (!(dx >= 0 && dy >= 0)) return undefined;
  const column = Math.floor(dx / (tileWidth + gap));
  const channel = Math.floor(dy / (tileHeight + gap)) * columns + column;
  const inX = dx % (tileWidth + gap);
  const inY = dy % (tileHeight + gap);
  if (column >= columns || channel >= channels || inX >= tileWidth || inY >= tileHeight) return undefined;
  return { channel, h: nearest(inY, tileHeight, height), w: nearest(inX, tileWidth, width) };
}

/** The pixel of the map under the centre of the tile's pixel, with integer arithmetic as in the shader. */
const nearest = (i: number, tile: number, size: number) => Math.floor(((2 * i + 1) * size) / (2 * tile));

/** The largest centred picture of `width` × `height` that fits on a canvas; crisp if that costs little size. */
export function fitPicture(width: number, height: number, canvasWidth: number, canvasHeight: number): Rect {
  const [w, h] = tileSize(Math.min(canvasWidth / width, canvasHeight / height), width, height);
  return { x: Math.floor((canvasWidth - w) / 2), y: Math.floor((canvasHeight - h) / 2), width: w, height: h };
}
