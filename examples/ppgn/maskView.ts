// A picture in which a hole is painted, by pointer or by keys.
import type { Picture } from 'convscope';
import { canvasWith } from '../shared/saving.js';
import { type Mask, SIDE } from './mask.js';

/** Pixels that an arrow key moves the brush. */
const KEY_STEP = 2;
const DIRECTIONS: Readonly<Record<string, readonly [x: number, y: number]>> = {
  ArrowLeft: [-KEY_STEP, 0],
  ArrowRight: [KEY_STEP, 0],
  ArrowUp: [0, -KEY_STEP],
  ArrowDown: [0, KEY_STEP],
};
/** The canvas has more pixels than the picture, so that the brush is a circle. */
const TIMES = 5;
/** What fills the hole, by turns. */
const CHECKS = ['#f4f4f4', '#c9c9c9'] as const;

export class MaskView {
  erases = false;
  radius = 5;
  #mask: Mask | undefined;
  #picture: Picture | undefined;
  /** Where the brush is, while it is on the canvas or has the focus. */
  #brush: readonly [x: number, y: number] | undefined;
  #isPainting = false;

  /** `onPainted` gets the mask when a stroke has ended. */
  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly onPainted: (mask: Mask) => void,
  ) {
    canvas.width = canvas.height = SIDE * TIMES;
    canvas.addEventListener('pointerdown', (event) => {
      canvas.setPointerCapture(event.pointerId);
      this.#isPainting = true;
      this.#brush = undefined;
      this.#stroke(this.#placeOf(event));
    });
    canvas.addEventListener('pointermove', (event) => {
      const place = this.#placeOf(event);
      if (this.#isPainting) this.#stroke(place);
      else this.#move(place);
    });
    for (const name of ['pointerup', 'pointercancel']) canvas.addEventListener(name, () => this.#end());
    canvas.addEventListener('pointerleave', () => this.#move(undefined));
    canvas.addEventListener('focus', () => {
      if (canvas.matches(':focus-visible')) this.#move(this.#brush ?? [SIDE / 2, SIDE / 2]);
    });
    canvas.addEventListener('blur', () => this.#move(undefined));
    canvas.addEventListener('keydown', (event) => this.#key(event));
    canvas.addEventListener('keyup', ({ key }) => {
      if (key === ' ') this.#end();
    });
  }

  show(picture: Picture, mask: Mask): void {
    this.#picture = picture;
    this.#mask = mask;
    this.#draw();
  }

  #key(event: KeyboardEvent): void {
    const { key } = event;
    const direction = DIRECTIONS[key];
    if (!direction && key !== ' ') return;
    event.preventDefault();
    const [x, y] = this.#brush ?? [SIDE / 2, SIDE / 2];
    const within = (v: number) => Math.max(0, Math.min(SIDE, v));
    const place = direction ? ([within(x + direction[0]), within(y + direction[1])] as const) : ([x, y] as const);
    if (key === ' ') this.#isPainting = true;
    if (this.#isPainting) this.#stroke(place);
    else this.#move(place);
  }

  #placeOf({ clientX, clientY }: PointerEvent): readonly [number, number] {
    const { left, top, width, height } = this.canvas.getBoundingClientRect();
    return [((clientX - left) * SIDE) / width, ((clientY - top) * SIDE) / height];
  }

  #stroke(place: readonly [number, number]): void {
    // A fast pointer leaves gaps between its places.
    const from = this.#brush ?? place;
    const pieces = Math.max(1, Math.ceil(Math.hypot(place[0] - from[0], place[1] - from[1])));
    for (let i = 1; i <= pieces; i++) {
      const at = [0, 1].map((k) => from[k] + ((place[k] - from[k]) * i) / pieces) as [number, number];
      this.#mask = this.#mask?.with(at, this.radius, this.erases ? 0 : 1);
    }
    this.#move(place);
  }

  #move(place: readonly [number, number] | undefined): void {
    this.#brush = place;
    this.#draw();
  }

  #end(): void {
    if (!this.#isPainting) return;
    this.#isPainting = false;
    if (this.#mask) this.onPainted(this.#mask);
  }

  #draw(): void {
    const context = this.canvas.getContext('2d');
    if (!context || !this.#picture || !this.#mask) return;
    context.drawImage(canvasWith(this.#picture), 0, 0, SIDE * TIMES, SIDE * TIMES);
    for (const [i, open] of this.#mask.open.entries()) {
      if (!open) continue;
      const [x, y] = [i % SIDE, Math.floor(i / SIDE)];
      context.fillStyle = CHECKS[((x >> 2) + (y >> 2)) & 1];
      context.fillRect(x * TIMES, y * TIMES, TIMES, TIMES);
    }
    if (!this.#brush) return;
    const [x, y] = this.#brush;
    for (const [style, width] of [
      ['#000', 3],
      ['#fff', 1],
    ] as const) {
      context.strokeStyle = style;
      context.lineWidth = width;
      context.beginPath();
      context.arc(x * TIMES, y * TIMES, this.radius * TIMES, 0, 2 * Math.PI);
      context.stroke();
    }
  }
}
