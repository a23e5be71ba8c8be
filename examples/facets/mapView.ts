// The map: pictures where their codes place them, each in a frame of its facet's colour. It is looked at with the wheel, a drag or keys,
// and a loop around pictures, or keys that pick them, choose some.
import { colourOf } from './colours.js';
import { inside, moved, nextTowards, type Point, type Sight, stretched, WHOLE, zoomed } from './geometry.js';

/** A picture on the map. */
export interface Placed {
  readonly at: Point;
  /** Its facet, from 0. */
  readonly facet: number;
  readonly name: string;
  readonly canvas: HTMLCanvasElement;
}

/** What a drag does. */
export type Tool = 'move' | 'lasso';

export interface MapEvents {
  /** Another picture is pointed at, or none; `place` is where it is drawn, in CSS pixels of the canvas. */
  onPoint(index: number | undefined, place: Point): void;
  /** Some pictures were chosen by a loop or by keys. */
  onChosen(indices: readonly number[]): void;
  /** Pictures were picked by keys, to be chosen later. */
  onPicked(count: number): void;
}

/** CSS pixels between the outermost pictures' middles and the edge. */
const MARGIN = 30;
/** Sides of a picture without zoom, in CSS pixels, and share of the room for each that it takes. */
const SIDES = { least: 16, most: 44, share: 0.5 };
/** Pictures grow slower than the map, so that zoom parts them. */
const GROWTH = 0.6;
const MOST_SIDE = 120;
/** Pixels of movement up to which a press is no drag. */
const STILL = 4;
const STEP = 1.4;
const ARROWS: Readonly<Record<string, Point>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

export class MapView {
  tool: Tool = 'move';
  #placed: readonly Placed[] = [];
  #places: readonly Point[] = [];
  #sight: Sight = WHOLE;
  #size: Point = [1, 1];
  /** The picture that is pointed at. */
  #current: number | undefined;
  readonly #picked = new Set<number>();
  /** Numbers of facets by hand that a picture is in, beside its own. */
  #rings: ReadonlyMap<number, number> = new Map();
  #shown: ReadonlySet<number> | undefined;
  #loop: Point[] | undefined;
  /** Pointers that are down, where they are. */
  readonly #down = new Map<number, Point>();
  #isDue = false;

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly events: MapEvents,
  ) {
    new ResizeObserver(() => this.#resized()).observe(canvas);
    canvas.addEventListener('wheel', (event) => {
      // All of it is seen: the page scrolls on.
      if (this.#sight.zoom === 1 && event.deltaY > 0) return;
      event.preventDefault();
      this.zoom(Math.exp(-event.deltaY / (event.deltaMode === 0 ? 300 : 10)), this.#pointOf(event));
    });
    canvas.addEventListener('pointerdown', (event) => this.#pressed(event));
    canvas.addEventListener('pointermove', (event) => this.#moved(event));
    for (const name of ['pointerup', 'pointercancel'] as const)
      canvas.addEventListener(name, (event) => this.#released(event));
    canvas.addEventListener('pointerleave', () => {
      if (this.#down.size === 0) this.#point(undefined);
    });
    canvas.addEventListener('keydown', (event) => this.#key(event));
    canvas.addEventListener('blur', () => this.#point(undefined));
  }

  /** Shows pictures, all of them. */
  show(placed: readonly Placed[]): void {
    this.#placed = placed;
    this.#places = stretched(placed.map(({ at }) => at));
    this.#rings = new Map();
    this.#picked.clear();
    this.#shown = undefined;
    this.#loop = undefined;
    this.#point(undefined);
    this.fit();
  }

  /** Draws a second frame about pictures that are in a facet by hand: its number, by picture. */
  ring(rings: ReadonlyMap<number, number>): void {
    this.#rings = rings;
    this.#draw();
  }

  /** Shows some pictures and makes the others faint; all, where none are named. */
  emphasize(indices: readonly number[] | undefined): void {
    this.#shown = indices && new Set(indices);
    this.#draw();
  }

  zoom(factor: number, about: Point = [this.#size[0] / 2, this.#size[1] / 2]): void {
    this.#sight = zoomed(this.#sight, factor, about, this.#size);
    this.#draw();
  }

  fit(): void {
    this.#sight = WHOLE;
    this.#draw();
  }

  /** Where a picture's middle is drawn, in CSS pixels of the canvas. */
  placeOf(index: number): Point {
    const { zoom, x, y } = this.#sight;
    const [width, height] = this.#size;
    const [u, v] = this.#places[index];
    return [(MARGIN + u * (width - 2 * MARGIN)) * zoom + x, (MARGIN + v * (height - 2 * MARGIN)) * zoom + y];
  }

  get #side(): number {
    const [width, height] = this.#size;
    const { least, most, share } = SIDES;
    const room = Math.sqrt((width * height) / Math.max(1, this.#placed.length));
    const side = Math.min(most, Math.max(least, share * room));
    return Math.min(Math.max(side, MOST_SIDE), side * this.#sight.zoom ** GROWTH);
  }

  #resized(): void {
    const { clientWidth, clientHeight } = this.canvas;
    this.#size = [Math.max(1, clientWidth), Math.max(1, clientHeight)];
    this.#sight = moved(this.#sight, [0, 0], this.#size);
    const ratio = window.devicePixelRatio;
    this.canvas.width = Math.round(clientWidth * ratio);
    this.canvas.height = Math.round(clientHeight * ratio);
    this.#draw();
  }

  /** Draws before the next frame. */
  #draw(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    requestAnimationFrame(() => {
      this.#isDue = false;
      this.#paint();
    });
  }

  #paint(): void {
    const context = this.canvas.getContext('2d');
    if (!context) return;
    const style = getComputedStyle(this.canvas);
    const ratio = window.devicePixelRatio;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    context.imageSmoothingQuality = 'high';
    // What is pointed at lies on all others.
    const order = this.#placed.map((_, i) => i).filter((i) => i !== this.#current);
    if (this.#current !== undefined) order.push(this.#current);
    const side = this.#side;
    for (const i of order) this.#paintPicture(context, i, side, style.color);
    context.globalAlpha = 1;
    if (this.#loop) this.#paintLoop(context, this.#loop, style.color);
  }

  #paintPicture(context: CanvasRenderingContext2D, index: number, side: number, ink: string): void {
    const { facet, canvas } = this.#placed[index];
    const [x, y] = this.placeOf(index);
    const frame = Math.max(2, side / 12);
    const square = (width: number, colour: string) => {
      context.fillStyle = colour;
      context.fillRect(x - side / 2 - width, y - side / 2 - width, side + 2 * width, side + 2 * width);
    };
    context.globalAlpha = this.#shown && !this.#shown.has(index) ? 0.12 : 1;
    if (index === this.#current || this.#picked.has(index)) square(3 * frame, ink);
    const ring = this.#rings.get(index);
    if (ring !== undefined) square(2 * frame, colourOf(ring));
    square(frame, colourOf(facet));
    // Pictures that are no squares keep their middle.
    const least = Math.min(canvas.width, canvas.height);
    const [left, top] = [(canvas.width - least) / 2, (canvas.height - least) / 2];
    context.drawImage(canvas, left, top, least, least, x - side / 2, y - side / 2, side, side);
  }

  #paintLoop(context: CanvasRenderingContext2D, loop: readonly Point[], ink: string): void {
    context.beginPath();
    for (const [x, y] of loop) context.lineTo(x, y);
    context.closePath();
    context.fillStyle = ink;
    context.globalAlpha = 0.12;
    context.fill();
    context.globalAlpha = 1;
    context.strokeStyle = ink;
    context.lineWidth = 2;
    context.setLineDash([6, 4]);
    context.stroke();
    context.setLineDash([]);
  }

  #pointOf({ clientX, clientY }: MouseEvent): Point {
    const { left, top } = this.canvas.getBoundingClientRect();
    return [clientX - left, clientY - top];
  }

  /** The picture at a point, the topmost. */
  #at([x, y]: Point): number | undefined {
    const reach = this.#side / 2;
    for (let i = this.#placed.length - 1; i >= 0; i--) {
      const [px, py] = this.placeOf(i);
      if (Math.abs(x - px) <= reach && Math.abs(y - py) <= reach) return i;
    }
    return undefined;
  }

  #point(index: number | undefined): void {
    if (index === this.#current && index === undefined) return;
    this.#current = index;
    this.events.onPoint(index, index === undefined ? [0, 0] : this.placeOf(index));
    this.#draw();
  }

  #pressed(event: PointerEvent): void {
    if (event.button !== 0) return;
    this.canvas.setPointerCapture(event.pointerId);
    const point = this.#pointOf(event);
    this.#down.set(event.pointerId, point);
    const draws = this.#down.size === 1 && (this.tool === 'lasso') !== event.shiftKey;
    // A second finger moves and zooms, whatever the tool is.
    this.#loop = draws ? [point] : undefined;
  }

  #moved(event: PointerEvent): void {
    const point = this.#pointOf(event);
    const before = this.#down.get(event.pointerId);
    if (!before) {
      if (event.pointerType === 'mouse') this.#point(this.#at(point));
      return;
    }
    if (this.#loop) {
      this.#down.set(event.pointerId, point);
      this.#loop.push(point);
      this.#draw();
      return;
    }
    const [other] = [...this.#down].flatMap(([id, at]) => (id === event.pointerId ? [] : [at]));
    if (other) {
      const distance = ([x, y]: Point) => Math.max(1, Math.hypot(x - other[0], y - other[1]));
      this.zoom(distance(point) / distance(before), other);
      this.#down.set(event.pointerId, point);
      return;
    }
    const [dx, dy] = [point[0] - before[0], point[1] - before[1]];
    if (!this.canvas.classList.contains('dragging') && Math.hypot(dx, dy) <= STILL) return;
    this.canvas.classList.add('dragging');
    this.#down.set(event.pointerId, point);
    this.#point(undefined);
    this.#sight = moved(this.#sight, [dx, dy], this.#size);
    this.#draw();
  }

  #released(event: PointerEvent): void {
    const began = this.#down.get(event.pointerId);
    if (!began) return;
    this.#down.delete(event.pointerId);
    const loop = this.#loop;
    this.#loop = undefined;
    const isDragged = this.canvas.classList.contains('dragging');
    if (this.#down.size === 0) this.canvas.classList.remove('dragging');
    this.#draw();
    if (event.type === 'pointercancel') return;
    if (loop?.some(([x, y]) => Math.hypot(x - loop[0][0], y - loop[0][1]) > STILL)) {
      this.events.onChosen(this.#placed.flatMap((_, i) => (inside(loop, this.placeOf(i)) ? [i] : [])));
      return;
    }
    if (!isDragged) this.#point(this.#at(this.#pointOf(event)));
  }

  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.altKey || event.metaKey || this.#placed.length === 0) return;
    const direction = ARROWS[event.key];
    if (direction) this.#go(direction);
    else if (event.key === '+' || event.key === '=') this.zoom(STEP, this.#middle);
    else if (event.key === '-') this.zoom(1 / STEP, this.#middle);
    else if (event.key === '0') this.fit();
    else if (event.key === ' ') this.#pick();
    else if (event.key === 'Enter' && this.#picked.size > 0) this.choosePicked();
    else if (event.key === 'Escape') this.#forget();
    else return;
    event.preventDefault();
  }

  get #middle(): Point | undefined {
    return this.#current === undefined ? undefined : this.placeOf(this.#current);
  }

  #go(direction: Point): void {
    const points = this.#placed.map((_, i) => this.placeOf(i));
    if (this.#current === undefined) {
      this.#point(0);
      return;
    }
    const next = nextTowards(points, this.#current, direction);
    if (next === undefined) return;
    // A picture that the sight leaves out comes to its middle.
    const [x, y] = points[next];
    const [width, height] = this.#size;
    if (x < 0 || y < 0 || x > width || y > height)
      this.#sight = moved(this.#sight, [width / 2 - x, height / 2 - y], this.#size);
    this.#point(next);
  }

  /** Picks the picture that is pointed at, or gives it back. */
  #pick(): void {
    const { size } = this.#picked;
    if (this.#current === undefined) return;
    if (!this.#picked.delete(this.#current)) this.#picked.add(this.#current);
    if (size !== this.#picked.size) this.events.onPicked(this.#picked.size);
    this.#draw();
  }

  /** Those that were picked are chosen. */
  choosePicked(): void {
    const chosen = [...this.#picked].sort((a, b) => a - b);
    this.#forget();
    this.events.onChosen(chosen);
  }

  #forget(): void {
    this.#picked.clear();
    this.#loop = undefined;
    this.events.onPicked(0);
    this.#draw();
  }
}
