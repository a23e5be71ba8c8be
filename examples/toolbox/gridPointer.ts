// Pointer input on the grid: hover for values, click or tap for a unit, wheel or two fingers to zoom, drag to pan, double-click
// for the whole grid.
import type { Rect } from 'convscope/views';
import { find } from '../shared/dom.js';
import type { Page } from './page.js';
import { moved, WHOLE, zoomed } from './zoom.js';

/** A press that moves more pixels than this is a drag. */
const SLIP = 5;
/** Wheel pixels that zoom by a factor of e. */
const WHEEL = 400;
/** Zoom factor of a key press. */
const KEY = 1.5;

export function connectGridPointer(page: Page): void {
  const grid = find('grid', HTMLCanvasElement);
  let view: Rect = WHOLE;
  const pressed = new Map<number, { readonly x: number; readonly y: number }>();
  let dragged = 0;

  // Fractions of the pane, because the canvas may have fewer pixels than the screen.
  const at = (event: MouseEvent) => ({ x: event.offsetX / grid.clientWidth, y: event.offsetY / grid.clientHeight });
  const look = (next: Rect) => {
    view = next;
    page.tell({ type: 'view', view });
    grid.classList.toggle('zoomed', view.width < 1);
  };
  const spread = () => {
    const [a, b] = [...pressed.values()];
    return { size: Math.hypot(a.x - b.x, a.y - b.y), x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
  };

  grid.addEventListener('pointerdown', (event) => {
    if (pressed.size === 0) dragged = 0;
    pressed.set(event.pointerId, at(event));
    grid.setPointerCapture(event.pointerId);
  });
  grid.addEventListener('pointermove', (event) => {
    const now = at(event);
    const before = pressed.get(event.pointerId);
    if (!before) {
      page.tell({ type: 'point', pane: 'grid', ...now, pick: false });
      return;
    }
    dragged += Math.hypot(event.movementX, event.movementY);
    const pinch = pressed.size === 2 ? spread() : undefined;
    pressed.set(event.pointerId, now);
    if (pinch) {
      const { x, y, size } = spread();
      look(moved(zoomed(view, pinch.x, pinch.y, size / Math.max(pinch.size, 1e-6)), x - pinch.x, y - pinch.y));
    } else if (view.width < 1 && dragged > SLIP) look(moved(view, now.x - before.x, now.y - before.y));
  });
  const release = (event: PointerEvent, picks: boolean) => {
    if (!pressed.delete(event.pointerId) || !picks || dragged > SLIP) return;
    page.tell({ type: 'point', pane: 'grid', ...at(event), pick: true });
  };
  grid.addEventListener('pointerup', (event) => release(event, true));
  grid.addEventListener('pointercancel', (event) => release(event, false));
  grid.addEventListener('pointerleave', () => page.tell({ type: 'point', pane: 'grid', x: -1, y: -1, pick: false }));
  grid.addEventListener('dblclick', () => look(WHOLE));
  grid.addEventListener(
    'wheel',
    (event) => {
      event.preventDefault();
      const { x, y } = at(event);
      look(zoomed(view, x, y, Math.exp(-event.deltaY / WHEEL)));
    },
    { passive: false },
  );
  grid.addEventListener('keydown', (event) => {
    if (event.key !== '+' && event.key !== '-') return;
    look(zoomed(view, 0.5, 0.5, event.key === '+' ? KEY : 1 / KEY));
  });
}
