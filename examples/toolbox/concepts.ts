// What a dissection says of units: the concept of the selected one, and a list of the layer's units that a concept filters.
import { find } from '../shared/dom.js';
import { text } from './display.js';
import { conceptText, type DissectionShown, filtered, type UnitConcept } from './dissection.js';
import type { Page } from './page.js';

let shown: DissectionShown | undefined;
let connected = false;

/** Shows a dissection of the open net. */
export function showConcepts(page: Page, dissection: DissectionShown): void {
  shown = dissection;
  if (!connected) {
    const filter = find('concept-filter', HTMLInputElement);
    filter.addEventListener('input', () => page.change({ concept: filter.value }));
    connected = true;
  }
  followConcepts(page);
}

/** Its net, or its results, are gone. */
export function forgetConcepts(): void {
  shown = undefined;
  find('concepts', HTMLElement).hidden = true;
  text('concept', '');
}

/** Shows what belongs to the state's layer and unit. */
export function followConcepts(page: Page): void {
  const { layer, unit, concept } = page.state;
  const units = shown?.layers.find((one) => one.layer === layer)?.units;
  find('concepts', HTMLElement).hidden = units === undefined;
  const own = units?.[unit];
  text('concept', own ? conceptText(own) : '');
  if (!units) return;
  const filter = find('concept-filter', HTMLInputElement);
  if (filter.value !== concept) filter.value = concept;
  offer(units);
  const wanted = filtered(units, concept);
  text('concept-count', `${wanted.length} of ${units.length} units`);
  showList(page, wanted, unit);
}

/** Offers the concepts that the layer's units have. */
function offer(units: readonly UnitConcept[]): void {
  const list = find('concept-names', HTMLElement);
  const names = [...new Set(units.map(({ label }) => label))].filter(Boolean).sort();
  if (list.dataset.of === names.join('\n')) return;
  list.dataset.of = names.join('\n');
  list.replaceChildren(...names.map((name) => new Option(name, name)));
}

function showList(page: Page, units: readonly UnitConcept[], selected: number): void {
  const list = find('concept-units', HTMLElement);
  while (list.children.length > units.length) list.lastElementChild?.remove();
  while (list.children.length < units.length) {
    const item = document.createElement('li');
    const button = Object.assign(document.createElement('button'), { type: 'button' });
    button.append(document.createElement('span'), document.createElement('span'));
    button.addEventListener('click', () => page.change({ unit: Number(button.dataset.unit), area: 'units' }));
    item.append(button);
    list.append(item);
  }
  const most = Math.max(...units.map(({ iou }) => iou), 1e-9);
  units.forEach((one, i) => {
    const item = list.children[i];
    const button = item.firstElementChild;
    if (!(item instanceof HTMLElement && button instanceof HTMLButtonElement)) return;
    item.style.setProperty('--share', String(one.iou / most));
    button.dataset.unit = String(one.unit);
    button.ariaCurrent = String(one.unit === selected);
    button.title = conceptText(one);
    button.classList.toggle('quiet', !one.detector);
    const [name, value] = button.children;
    name.textContent = `${one.unit} ${one.quiet ?? (one.label || 'no concept')}`;
    value.textContent = one.iou.toFixed(3);
  });
}
