// Updates the page's text and pictures from the state and the worker's messages.
import { BUILT_IN } from '../shared/builtIn.js';
import { find } from '../shared/dom.js';
import { canvasOf, worldStrip } from '../shared/worldStrip.js';
import { isUnsaid } from './ask.js';
import { HistoryCharts } from './charts.js';
import { labelsOf } from './classNames.js';
import { keyOf, type UnitName } from './jobs.js';
import { GROUPS } from './keys.js';
import { showProblem } from './notices.js';
import type { Page } from './page.js';
import type { PatternProgress } from './patterns.js';
import type { PreferredImages } from './preferred.js';
import type { ModelReport, Pace } from './protocol.js';
import { originOf, type ToolboxState } from './state.js';
import type { UnitTop } from './topPictures.js';

/** Ends the name of a net that was trained on against an adversary. */
const ROBUST = '-robust';

/** Sets the text of an element if it differs. */
export const text = (id: string, value: string): void => {
  const element = find(id, HTMLElement);
  if (element.textContent !== value) element.textContent = value;
};

/** Shown without WebGPU: advice, and a recorded picture of the toolbox. */
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
  if (!net) return;
  text('net', titleOf(net));
  document.body.classList.toggle('seeded', net.seeded);
}

/** A net is being opened. The previous one is still shown. */
export function showOpening(net: ModelReport | undefined, name: string): void {
  const opening = `opening ${name}…`;
  text('net', net ? `${titleOf(net)} · ${opening}` : opening.replace('o', 'O'));
}

const titleOf = ({ name, layers, input, seeded }: ModelReport): string =>
  `${name} · ${layers.length} ${layers.length === 1 ? 'layer' : 'layers'} · input ${input.join('×')}${seeded ? ' · seeded weights, not trained' : ''}`;

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

/** Shows what depends on the state alone: the current request, which the panes may not show yet. */
export function showState({ state, net }: Page): void {
  showUnitPictures(state, net);
  showCursor(state);
  showControls(state);
  find('guesses', HTMLElement).hidden = !state.probabilities || !net || net.seeded || isUnsaid(net);
  const help = find('help', HTMLDialogElement);
  if (state.help && !help.open) help.showModal();
  if (!state.help && help.open) help.close();
}

/** Shows what is drawn. Captions name what is visible, not what was requested. */
export function showDrawn({ state, net, drawn }: Page): void {
  const shape = net?.layers.find((l) => l.name === drawn?.unit.layer)?.shape ?? [];
  const maps = shape.length > 2 ? ` of ${shape.slice(2).join('×')}` : '';
  text('layer-name', drawn && shape.length > 0 ? `${drawn.unit.layer} · ${shape[1]} units${maps}` : '');
  const label = drawn && labelsOf(net, drawn.unit.layer)?.[drawn.unit.unit];
  text('unit-name', drawn ? `Unit ${drawn.unit.unit}${label ? ` · ${label}` : ''}` : '');
  text('picture-name', drawn?.picture.name ?? '');
  if (drawn?.shown !== 'patterns') text('pattern-share', '');
  const origin = drawn?.origin;
  const held = state.frozen ? ' (held)' : '';
  const blind = net?.layers.find((l) => l.name === origin?.layer)?.seesImage === false;
  const from = origin && `${keyOf(origin)}${held}${blind ? ' does not depend on the image' : ''}`;
  text('origin', from ?? (!drawn || state.back === 'off' ? 'off' : 'computing…'));
  // Numbers of the previous drawing no longer apply; those of the current one will follow.
  const of = (id: string, now: string): boolean => {
    const { dataset } = find(id, HTMLElement);
    const same = dataset.of === now;
    dataset.of = now;
    return same;
  };
  const pointed = drawn ? `${net?.id}/${drawn.unit.layer}/${drawn.shown}/${drawn.picture.at}` : '';
  if (!of('hover', pointed)) text('hover', '');
  const followed = drawn ? `${net?.id}/${keyOf(originOf(state))}` : '';
  if (!of('history', followed)) clearHistory();
  if (drawn && keyOf(originOf(state)) !== keyOf(drawn.unit)) text('unit-value', '');
  const streams = state.source === 'camera' || state.source === 'video' || state.source === 'draw';
  const guesses = find('guesses', HTMLElement);
  guesses.classList.toggle('stale', !streams && guesses.dataset.at !== String(drawn?.picture.at));
}

/** Removes the pictures of another unit. */
function showUnitPictures({ layer, unit, unitPane }: ToolboxState, net: ModelReport | undefined): void {
  find('pictures', HTMLElement).hidden = !unitPane;
  const label = labelsOf(net, layer)?.[unit];
  const key = `${net?.id}/${layer}:${unit}`;
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

/** Shows the probabilities of the picture that was taken `at`. Clears those of older pictures. */
export function showGuesses(
  guesses: readonly { readonly label: string; readonly probability: number }[],
  at?: number,
): void {
  const list = find('guesses', HTMLElement);
  list.dataset.at = String(at);
  list.classList.remove('stale');
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

/** Shows the unit's pictures as they progress. Those of another unit are ignored. */
export function showPreferred({ state }: Page, { layer, unit, pictures, share, remarks }: PreferredImages): void {
  if (layer !== state.layer || unit !== state.unit) return;
  const name = `preferred image of ${layer}:${unit}`;
  const words = remarks.map((remark) => {
    const line = document.createElement('p');
    line.className = 'quiet';
    line.textContent = `${layer}:${unit}: ${remark}.`;
    return line;
  });
  find('preferred', HTMLElement).replaceChildren(...pictures.map((picture) => canvasOf(picture, name)), ...words);
  const none = pictures.length === 0 && share === 1 ? 'none' : '';
  text('preferred-share', share < 1 ? `${Math.round(100 * share)} %` : none);
  showStudio(state.model, `${layer}:${unit}`);
}

/** A link to the page where the unit's picture grows under one's hands, beside that of a net's robust twin where there is one. */
function showStudio(net: string, unit: string): void {
  const link = find('studio', HTMLAnchorElement);
  const names = BUILT_IN.map(({ name }) => name);
  link.hidden = !names.includes(net);
  if (link.hidden) return;
  const twin = names.find((name) => name === `${net}${ROBUST}` || `${name}${ROBUST}` === net);
  const beside = twin === undefined ? '' : `&b.net=${twin}&b.unit=${unit}`;
  link.href = `../preferred-image/#net=${net}&unit=${unit}${beside}`;
  link.textContent = twin === undefined ? 'Studio' : 'Compare';
  link.title =
    twin === undefined
      ? 'Watch it grow, with every number of its recipe to hand'
      : `Beside the same unit of ${twin}, by the same recipe: what training against an adversary changes`;
}

export function showTop({ state }: Page, top: UnitTop): void {
  const { layer, unit, best, projections, scanned, length, unread, failed, results } = top;
  if (layer !== state.layer || unit !== state.unit) return;
  const names = best.map(({ name, value, missing }) => `${value.toPrecision(3)}: ${missing ?? name}`);
  find('top', HTMLElement).replaceChildren(
    ...best.map(({ crop, name }, i) => (crop ? canvasOf(crop, names[i]) : missingPicture(name, names[i]))),
  );
  text('projections-share', results ? 'not in results' : '');
  find('projections', HTMLElement).replaceChildren(
    ...projections.map((picture, i) => canvasOf(picture, `deconv of ${names[i]}`)),
  );
  const looked = scanned < length ? `${scanned} of ${length} pictures` : `of ${length} pictures`;
  const gone = best.filter(({ missing }) => missing !== undefined).length;
  const absent = [
    ...(unread.length > 0 ? [`${unread.length} not read`] : []),
    ...(gone > 0 ? [`${gone} not here`] : []),
  ];
  text('top-share', failed ?? [looked, ...absent].join(', '));
  find('top-share', HTMLElement).title = unread.length > 0 ? `Not read: ${unread.join(', ')}` : '';
}

/** In place of a picture that is not to be had: its name, and why. */
function missingPicture(name: string, why: string): HTMLElement {
  const place = document.createElement('span');
  place.className = 'missing';
  place.role = 'img';
  place.ariaLabel = why;
  place.title = why;
  place.textContent = name.split(/[/\\]/).at(-1) ?? name;
  return place;
}

export function showPatterns({ state }: Page, { layer, done, units }: PatternProgress): void {
  if (state.shown !== 'patterns' || layer !== state.layer) return;
  text('pattern-share', done < units ? `${done} of ${units} preferred images` : 'preferred images');
}

let charts: HistoryCharts | undefined;

const chartsNow = (): HistoryCharts => {
  charts ??= new HistoryCharts(find('history-charts', HTMLElement));
  return charts;
};

function clearHistory(): void {
  chartsNow().show(new Float32Array());
  text('history-name', '');
  text('history-still', '');
  text('unit-value', '');
}

/** Shows the history of the unit where backpropagation starts, which may differ from the enlarged one. */
export function showHistory({ state, drawn, net }: Page, unit: UnitName, values: Float32Array): void {
  if (!drawn || keyOf(unit) !== keyOf(originOf(state))) return;
  find('history', HTMLElement).dataset.of = `${net?.id}/${keyOf(unit)}`;
  const seen = values.filter((v) => !Number.isNaN(v));
  const last = seen.at(-1);
  // A line of a constant value would be an empty chart.
  const isStill = last !== undefined && seen.every((v) => v === last);
  chartsNow().show(isStill ? new Float32Array() : seen);
  text('history-still', isStill ? `${last.toPrecision(4)} for this picture; moving pictures draw a line` : '');
  const own = keyOf(unit) === keyOf(drawn.unit);
  text('history-name', own || last === undefined ? '' : `${keyOf(unit)} (held): ${last.toPrecision(4)}`);
  text('unit-value', own && last !== undefined ? `greatest now ${last.toPrecision(4)}` : '');
}

/** Lists the keys, once. */
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
