// A picture of the map, enlarged beside its place.
import { find } from '../shared/dom.js';
import type { Point } from './geometry.js';

/** What is enlarged. */
export interface Peek {
  readonly canvas: HTMLCanvasElement;
  readonly text: string;
  readonly colour: string;
  /** Where the picture is on the map, in CSS pixels. */
  readonly place: Point;
}

/** CSS pixels from the picture's middle. */
const DISTANCE = 30;

/** Shows a picture beside its place, or none. */
export function showPeek(peek: Peek | undefined): void {
  const pane = find('peek', HTMLElement);
  pane.hidden = peek === undefined;
  if (!peek) return;
  const { canvas, text, colour, place } = peek;
  const shown = find('peek-picture', HTMLCanvasElement);
  [shown.width, shown.height] = [canvas.width, canvas.height];
  shown.getContext('2d')?.drawImage(canvas, 0, 0);
  find('peek-text', HTMLElement).textContent = text;
  pane.style.setProperty('--own', colour);
  const [x, y] = place;
  const { clientWidth, clientHeight } = find('map', HTMLCanvasElement);
  const [width, height] = [pane.offsetWidth, pane.offsetHeight];
  // On the side with more room.
  const left = x > clientWidth / 2 ? x - width - DISTANCE : x + DISTANCE;
  pane.style.left = `${Math.max(0, Math.min(clientWidth - width, left))}px`;
  pane.style.top = `${Math.max(0, Math.min(clientHeight - height, y - height / 2))}px`;
}
