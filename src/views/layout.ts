// Where things lie on a canvas: a layer's tiles, and one picture in the middle. Whole canvas pixels throughout, so that
// shaders and pointers agree to the pixel on what is where.

/** In canvas pixels, from the top left corner. */
export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** What a layout is made for. */
export interface GridSpace {
  /** Tiles, and the map `[height, width]` in each of them. A fully connected layer's maps are 1×1. */
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly canvasWidth: number;
  readonly canvasHeight: number;
  /** Columns per row if tiles were square; default the canvas's width by its height. */
  readonly aspect?: number;
  /** Canvas pixels between tiles. */
  readonly gap?: number;
  /** Least canvas pixels around all tiles. */
  readonly margin?: number;
  /** The part of the canvas, as fractions of it, that is to fill it: a zoom about the part's centre, up to 1000 times. */
  readonly view?: Rect;
}

/** A layer's tiles on a canvas: `columns = ⌈√(channels·aspect)⌉`, row by row. */
export interface GridLayout {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly columns: number;
  readonly rows: number;
  /** Canvas pixels of a tile, the same for all tiles. */
  readonly tileWidth: number;
  readonly tileHeight: number;
  readonly gap: number;
  /** The first tile's corner; negative where a zoom has moved it off the canvas. */
  readonly left: number;
  readonly top: number;
}

/** A place in a layer. */
export interface Spot {
  readonly channel: number;
  readonly h: number;
  readonly w: number;
}

/** A scale is rounded down to a whole number where that keeps at least this much of it: pixels of one size look crisp. */
const CRISP = 0.85;
/** Tiles narrower than this have no gap between them. */
const LEAST_WITH_GAP = 2;
/** Beyond it, the shader's whole numbers would not hold a tile's size times its map's. */
const LARGEST_ZOOM = 1000;
/** The whole canvas. */
const WHOLE: Rect = { x: 0, y: 0, width: 1, height: 1 };

/** The largest tiles that fit. The toolbox's rule (image_misc.py), but that columns that would stay empty are left out. */
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

/** Where `channel` is drawn, in canvas pixels; undefined where the layer has no such channel. */
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

/** What is drawn at a canvas pixel: the channel, and the place in its map. Undefined between and beside the tiles. */
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

/** The map's pixel under the middle of the tile's pixel, in whole numbers, as the shader has it. */
const nearest = (i: number, tile: number, size: number) => Math.floor(((2 * i + 1) * size) / (2 * tile));

/** The largest picture of `width` × `height` that fits, in the middle of a canvas; crisp where that costs little. */
export function fitPicture(width: number, height: number, canvasWidth: number, canvasHeight: number): Rect {
  const [w, h] = tileSize(Math.min(canvasWidth / width, canvasHeight / height), width, height);
  return { x: Math.floor((canvasWidth - w) / 2), y: Math.floor((canvasHeight - h) / 2), width: w, height: h };
}
