// The page's text and pictures, from the state and from what the worker says.
import { find } from '../shared/dom.js';
import { canvasOf, worldStrip } from '../shared/worldStrip.js';
import { HistoryCharts } from './charts.js';
import { GROUPS } from './keys.js';
import type { Page } from './page.js';
import type { PatternProgress } from './patterns.js';
import type { PreferredImages } from './preferred.js';
import type { ModelReport, Pace } from './protocol.js';
import { originOf, type ToolboxState } from './state.js';
import type { UnitTop } from './topPictures.js';

/** Sets the text of an element where it is another. */
export const text = (id: string, value: string): void => {
  const element = find(id, HTMLElement);
  if (element.textContent !== value) element.textContent = value;
};

export function showProblem(message: string): void {
  const problem = find('problem', HTMLElement);
  problem.hidden = message === '';
  problem.textContent = message;
}

/** Without WebGPU: what to do, and a picture of what there would be. */
export function showRecorded(message: string, picture: URL): void {
  showProblem(
    `${message}\nOn Linux it may have to be switched on in chrome://flags/#enable-unsafe-webgpu; chrome://gpu says why a graphics card is not used.`,
  );
  const figure = find('recorded', HTMLElement);
  const image = figure.querySelector('img');
  if (image) image.src = picture.href;
  figure.hidden = false;
  text('net', '');
  for (const part of document.querySelectorAll<HTMLElement>('main, #layers')) part.hidden = true;
}

export function showNet(net: ModelReport | undefined): void {
  if (net) text('net', `${net.name} · ${net.layers.length} layers · input ${net.input.join('×')}`);
}

export function showLayers({ layers }: ModelReport): void {
  find('layers', HTMLElement).replaceChildren(
    ...layers.map(({ name, shape }) => {
      const option = document.createElement('span');
      option.role = 'option';
      option.id = `layer-${name}`;
      option.dataset.layer = name;
      option.textContent = name;
      option.title = shape.slice(1).join('×');
      return option;
    }),
  );
}

/** The label of the unit under the cursor, where the layer's units are classes. */
function labelOf({ state, net }: Page): string | undefined {
  const shape = net?.layers.find((l) => l.name === state.layer)?.shape;
  return net && shape && net.labels.length === shape[1] ? net.labels[state.unit] : undefined;
}

/** Everything that follows from the state alone. */
export function showState(page: Page, inputDescription: string): void {
  const { state, net } = page;
  const { layer, unit } = state;
  const shape = net?.layers.find((l) => l.name === layer)?.shape ?? [];
  const maps = shape.length > 2 ? ` of ${shape.slice(2).join('×')}` : '';
  text('layer-name', shape.length > 0 ? `${layer} · ${shape[1]} units${maps}` : '');
  if (state.shown !== 'patterns') text('pattern-share', '');
  const label = labelOf(page);
  text('unit-name', `Unit ${unit}${label ? ` · ${label}` : ''}`);
  showUnitPictures(state, label);
  const origin = originOf(state);
  text('origin', state.back === 'off' ? 'off' : `${origin.layer}:${origin.unit}${state.frozen ? ' (held)' : ''}`);
  showCursor(state);
  showControls(state);
  text('picture-name', inputDescription);
  find('guesses', HTMLElement).hidden = !state.probabilities;
  const help = find('help', HTMLDialogElement);
  if (state.help && !help.open) help.showModal();
  if (!state.help && help.open) help.close();
}

/** Takes away the pictures of another unit. */
function showUnitPictures({ layer, unit, unitPane }: ToolboxState, label: string | undefined): void {
  find('pictures', HTMLElement).hidden = !unitPane;
  const key = `${layer}:${unit}`;
  for (const id of ['preferred', 'top', 'projections']) {
    const strip = find(id, HTMLElement);
    if (strip.dataset.of === key) continue;
    strip.dataset.of = key;
    strip.replaceChildren();
    text(`${id}-share`, id === 'projections' ? '' : 'waiting');
  }
  const strip = find('class', HTMLElement);
  find('class-pane', HTMLElement).hidden = !label;
  if (strip.dataset.name === (label ?? '')) return;
  strip.dataset.name = label ?? '';
  strip.replaceChildren(...worldStrip(label ?? ''));
  find('class-pane', HTMLElement).hidden = strip.children.length === 0;
}

function showCursor(state: ToolboxState): void {
  const names = find('layers', HTMLElement);
  names.classList.toggle('held', state.area === 'layers');
  for (const option of names.children) {
    if (!(option instanceof HTMLElement)) continue;
    const chosen = option.dataset.layer === state.layer;
    option.ariaSelected = String(chosen);
    option.classList.toggle('frozen', state.frozen !== '' && option.dataset.layer === originOf(state).layer);
    if (!chosen) continue;
    names.setAttribute('aria-activedescendant', option.id);
    option.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }
}

function showControls(state: ToolboxState): void {
  for (const button of document.querySelectorAll<HTMLElement>('[data-source]')) {
    const kinds = button.dataset.source === 'files' ? ['files', 'video'] : [button.dataset.source];
    const on = kinds.includes(state.source);
    if (button instanceof HTMLButtonElement) button.ariaPressed = String(on);
    else button.classList.toggle('on', on);
  }
  const press = (id: string, on: boolean) => {
    find(id, HTMLButtonElement).ariaPressed = String(on);
  };
  press('freeze', state.frozenFrame);
  press('hold', state.frozen !== '');
  press('differences', state.shown === 'differences');
  press('patterns', state.shown === 'patterns');
  press('overlay', state.overlay);
  find('mirror', HTMLInputElement).checked = state.mirror;
  find('stretch', HTMLInputElement).checked = state.fit === 'stretch';
  find('contrast', HTMLInputElement).checked = state.contrast;
  find('cameras', HTMLElement).hidden = state.source !== 'camera';
  find('mirror-label', HTMLElement).hidden = state.source !== 'camera';
  find('clear', HTMLElement).hidden = state.source !== 'draw';
  find('ink-label', HTMLElement).hidden = state.source !== 'draw';
  find('pad', HTMLElement).hidden = state.source !== 'draw';
  const { gamma, boost, colormap, back, filter, seed, ink } = state;
  const chosen = { gamma: String(gamma), boost: String(boost), colormap, 'back-mode': back, filter, seed, ink };
  for (const [id, value] of Object.entries(chosen)) {
    const select = find(id, HTMLSelectElement);
    if (select.value !== value) select.value = value;
  }
}

export interface DeviceName {
  readonly name: string;
  readonly software: boolean;
}

export function showStatus({ state }: Page, pace: Pace, dropped: number, device: DeviceName): void {
  const streams = state.source === 'camera' || state.source === 'video';
  const took = `${pace.latency.toFixed(0)} ms`;
  const times = streams
    ? `${pace.fps.toFixed(0)} frames/s · ${took} · ${dropped} left out`
    : `${took} from picture to panes`;
  const details = state.debug ? ` · ${pace.encode.toFixed(2)} ms to encode · frame ${pace.frames}` : '';
  const on = device.name && ` · ${device.name}${device.software ? ' on the CPU' : ''}`;
  text('status', `${times}${details}${on}`);
  find('status', HTMLElement).title = device.software
    ? 'WebGPU runs on the CPU here, much slower than on a GPU: panes are drawn at half resolution.'
    : '';
}

export function showGuesses(guesses: readonly { readonly label: string; readonly probability: number }[]): void {
  const list = find('guesses', HTMLElement);
  while (list.children.length > guesses.length) list.lastElementChild?.remove();
  while (list.children.length < guesses.length) {
    const item = document.createElement('li');
    item.append(document.createElement('span'), document.createElement('span'));
    list.append(item);
  }
  guesses.forEach(({ label, probability }, i) => {
    const item = list.children[i];
    if (!(item instanceof HTMLElement)) return;
    item.style.setProperty('--share', String(probability));
    item.children[0].textContent = label;
    item.children[1].textContent = probability.toFixed(3);
  });
}

/** The unit's pictures as they grow; those of another unit are not shown. */
export function showPreferred({ state }: Page, { layer, unit, pictures, share }: PreferredImages): void {
  if (layer !== state.layer || unit !== state.unit) return;
  const name = `preferred image of ${layer}:${unit}`;
  find('preferred', HTMLElement).replaceChildren(...pictures.map((picture) => canvasOf(picture, name)));
  text('preferred-share', share < 1 ? `${Math.round(100 * share)} %` : '');
}

export function showTop({ state }: Page, top: UnitTop): void {
  const { layer, unit, best, projections, scanned, length, failed } = top;
  if (layer !== state.layer || unit !== state.unit) return;
  const names = best.map(({ name, value }) => `${value.toPrecision(3)}: ${name}`);
  find('top', HTMLElement).replaceChildren(...best.map(({ crop }, i) => canvasOf(crop, names[i])));
  find('projections', HTMLElement).replaceChildren(
    ...projections.map((picture, i) => canvasOf(picture, `deconv of ${names[i]}`)),
  );
  text('top-share', failed ?? (scanned < length ? `${scanned} of ${length} pictures` : `of ${length} pictures`));
}

export function showPatterns({ state }: Page, { layer, done, units }: PatternProgress): void {
  if (state.shown !== 'patterns' || layer !== state.layer) return;
  text('pattern-share', done < units ? `${done} of ${units} preferred images` : 'preferred images');
}

let charts: HistoryCharts | undefined;

export function showHistory(values: Float32Array): void {
  charts ??= new HistoryCharts(find('history', HTMLElement));
  charts.show(values);
  const last = values[values.length - 1];
  text('unit-value', Number.isNaN(last) ? '' : `greatest now ${last.toPrecision(4)}`);
}

/** The keys as a list, once. */
export function showKeys(): void {
  find('keys', HTMLElement).replaceChildren(
    ...GROUPS.map(({ title, bindings }) => {
      const section = document.createElement('section');
      const heading = document.createElement('h2');
      heading.textContent = title;
      const list = document.createElement('dl');
      for (const { keys, help } of bindings) {
        const term = document.createElement('dt');
        for (const key of keys) term.append(Object.assign(document.createElement('kbd'), { textContent: key }), ' ');
        const meaning = document.createElement('dd');
        meaning.textContent = help;
        list.append(term, meaning);
      }
      section.append(heading, list);
      return section;
    }),
  );
}
