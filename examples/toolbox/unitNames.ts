// Names and values of units without maps: written into their tiles if there is room, and listed next to them.
import { type Rect, tileRect } from 'convscope/views';
import { find } from '../shared/dom.js';
import { isUnsaid } from './ask.js';
import { labelsOf } from './classNames.js';
import type { Page } from './page.js';
import { isVector, listed, SMALL, type VectorValues, valueText } from './vectorValues.js';

/** Minimum tile size in CSS pixels for a readable name. */
const READABLE = { width: 52, height: 34 } as const;

let last: VectorValues | undefined;

/** Shows the list and the names for the values that the worker has read. */
export function showVector(page: Page, read: VectorValues): void {
  last = read;
  followVector(page);
}

/** Removes the names and list of another layer or net. */
export function followVector(page: Page): void {
  const { state, net } = page;
  const shape = net?.layers.find(({ name }) => name === state.layer)?.shape;
  // Names next to values are predictions. They are hidden while the preprocessing is unknown, and for random weights.
  const silent = !net || net.seeded || isUnsaid(net);
  const labels = silent ? undefined : labelsOf(net, state.layer);
  const wanted = shape && isVector(shape) && (labels || shape[1] <= SMALL) && state.shown !== 'differences';
  const list = find('units', HTMLElement);
  list.hidden = !wanted;
  const read = wanted && last?.layer === state.layer && last.values.length === shape[1] ? last : undefined;
  if (!read) {
    list.replaceChildren();
    find('tile-names', HTMLElement).replaceChildren();
    return;
  }
  const nameOf = (unit: number) => labels?.[unit] ?? `unit ${unit}`;
  showList(page, read.values, nameOf);
  showTiles(read, nameOf, state.shown === 'patterns');
}

/** Forgets the values of a net that is gone. */
export function forgetVector(): void {
  last = undefined;
  find('units', HTMLElement).replaceChildren();
  find('tile-names', HTMLElement).replaceChildren();
}

function showList(page: Page, values: Float32Array, nameOf: (unit: number) => string): void {
  const list = find('units', HTMLElement);
  const units = listed(values);
  const least = Math.min(0, ...values);
  const reach = Math.max(0, ...values) - least || 1;
  while (list.children.length > units.length) list.lastElementChild?.remove();
  while (list.children.length < units.length) {
    const item = document.createElement('li');
    const button = Object.assign(document.createElement('button'), { type: 'button' });
    button.append(document.createElement('span'), document.createElement('span'));
    button.addEventListener('click', () => page.change({ unit: Number(button.dataset.unit), area: 'units' }));
    item.append(button);
    list.append(item);
  }
  units.forEach((unit, i) => {
    const item = list.children[i];
    const button = item.firstElementChild;
    if (!(item instanceof HTMLElement && button instanceof HTMLButtonElement)) return;
    item.style.setProperty('--share', String((values[unit] - least) / reach));
    button.dataset.unit = String(unit);
    button.ariaCurrent = String(unit === page.state.unit);
    const [name, value] = button.children;
    name.textContent = nameOf(unit);
    value.textContent = valueText(values[unit]);
  });
}

function showTiles({ tiles, values }: VectorValues, nameOf: (unit: number) => string, pictures: boolean): void {
  const place = find('tile-names', HTMLElement);
  const scale = tiles ? place.clientWidth / tiles.canvasWidth : 0;
  const readable =
    tiles && tiles.tileWidth * scale >= READABLE.width && tiles.tileHeight * scale >= READABLE.height
      ? tiles
      : undefined;
  if (!readable) {
    place.replaceChildren();
    return;
  }
  const percent = (part: number, whole: number) => `${(100 * part) / whole}%`;
  const written = Array.from(values, (value, unit): HTMLElement[] => {
    const rect = tileRect(readable, unit);
    if (!rect || !isSeen(rect, readable)) return [];
    const tile = document.createElement('div');
    Object.assign(tile.style, {
      left: percent(rect.x, readable.canvasWidth),
      top: percent(rect.y, readable.canvasHeight),
      width: percent(rect.width, readable.canvasWidth),
      height: percent(rect.height, readable.canvasHeight),
    });
    tile.append(Object.assign(document.createElement('span'), { textContent: nameOf(unit) }));
    // A preferred image has no value.
    if (!pictures) tile.append(Object.assign(document.createElement('span'), { textContent: valueText(value) }));
    return [tile];
  });
  place.replaceChildren(...written.flat());
}

const isSeen = ({ x, y, width, height }: Rect, { canvasWidth, canvasHeight }: NonNullable<VectorValues['tiles']>) =>
  x + width > 0 && y + height > 0 && x < canvasWidth && y < canvasHeight;
