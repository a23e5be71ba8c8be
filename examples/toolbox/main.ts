// The toolbox's page: controls and text. All that computes or draws is in the worker.
import { find } from '../shared/dom.js';
import { listenForFiles, readFiles } from '../shared/files.js';
import { canvasOf, worldStrip } from '../shared/worldStrip.js';
import { GROUPS, pressed, type Surroundings } from './keys.js';
import type { PreferredImages } from './preferred.js';
import { type FromWorker, type ModelReport, PANES, type Pane, type ToWorker } from './protocol.js';
import {
  cameraSource,
  type Frame,
  fileSource,
  padSource,
  type Source,
  videoFileSource,
  worldSource,
} from './sources.js';
import {
  BACKS,
  BOOSTS,
  COLORMAPS,
  FILTERS,
  fromAddress,
  GAMMAS,
  originOf,
  SEEDS,
  type ToolboxState,
  toAddress,
} from './state.js';

/** The net that the page opens on. */
const EMBEDDED = new URL('../../models/mini-caffenet.safetensors', import.meta.url);

/** Rows of the maps of the layer that the page opens on: fewer say little. */
const LEAST_MAP = 5;

const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
const tell = (message: ToWorker, transfer: Transferable[] = []) => worker.postMessage(message, transfer);
const text = (id: string, value: string) => {
  const element = find(id, HTMLElement);
  if (element.textContent !== value) element.textContent = value;
};

let state: ToolboxState = fromAddress(location.hash.slice(1));
let net: ModelReport | undefined;
let source: Source | undefined;
let sourceTurn = 0;
let pictures: File[] = [];
/** True while the worker has room for a frame of a stream. */
let ready = false;
let dropped = 0;
let pace = { fps: 0, latency: 0, encode: 0, frames: 0 };
let device = '';

// Canvases go to the worker for good.
const grid = find('grid', HTMLCanvasElement);
const canvases = Object.fromEntries(
  PANES.map((pane) => [pane, find(pane, HTMLCanvasElement).transferControlToOffscreen()]),
) as Record<Pane, OffscreenCanvas>;
tell({ type: 'open', canvases }, Object.values(canvases));
const sizes = new ResizeObserver((entries) => {
  for (const { target, contentRect } of entries) {
    const pane = PANES.find((p) => p === target.id);
    const width = Math.max(1, Math.round(contentRect.width * devicePixelRatio));
    const height = Math.max(1, Math.round(contentRect.height * devicePixelRatio));
    if (pane) tell({ type: 'size', pane, width, height });
  }
});
for (const pane of PANES) sizes.observe(find(pane, HTMLCanvasElement));

const around: Surroundings = {
  get layers() {
    return (net?.layers ?? []).map(({ name, shape }) => ({ name, units: shape[1] }));
  },
  // As the grid is laid out: ⌈√(units · aspect)⌉ columns.
  columns: (units) =>
    Math.max(1, Math.min(units, Math.ceil(Math.sqrt((units * grid.clientWidth) / grid.clientHeight)))),
};

function change(next: Partial<ToolboxState>): void {
  const before = state;
  state = { ...state, ...next };
  history.replaceState(null, '', `#${toAddress(state)}`);
  tell({ type: 'state', state });
  if (state.source !== before.source) void openSource();
  else if (state.picture !== before.picture || state.fit !== before.fit || state.contrast !== before.contrast) {
    void showPicture();
  } else if (before.frozenFrame && !state.frozenFrame) void showPicture();
  render();
}

// From the worker.
worker.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => {
  switch (data.type) {
    case 'device':
      device = data.software ? `${data.adapter} (on the CPU: slower than a GPU)` : data.adapter;
      break;
    case 'no webgpu':
      show(`${data.message}. Chrome and Edge have WebGPU; in others it may have to be switched on.`);
      break;
    case 'model':
      takeModel(data.report);
      break;
    case 'ready':
      ready = true;
      break;
    case 'pace':
      ({ pace } = data);
      renderStatus();
      break;
    case 'guesses':
      renderGuesses(data.guesses);
      break;
    case 'history':
      renderHistory(data.values);
      break;
    case 'hover':
      text(
        'hover',
        data.unit === undefined
          ? ''
          : `unit ${data.unit}${data.h === undefined ? '' : ` at ${data.h},${data.w}`}: ${data.value?.toPrecision(4) ?? ''}`,
      );
      break;
    case 'picked':
      change({ unit: data.unit, area: 'units' });
      break;
    case 'preferred':
      renderPreferred(data.images);
      break;
    case 'recovered':
      void showPicture();
      break;
    case 'error':
      show(data.message);
      renderNet();
      break;
  }
});
worker.addEventListener('error', (event) => show(event.message || 'the worker could not be started'));

function show(message: string): void {
  const problem = find('problem', HTMLElement);
  problem.hidden = message === '';
  problem.textContent = message;
}

function takeModel(report: ModelReport): void {
  net = report;
  show(
    report.stated
      ? ''
      : `${report.name} does not say how pixels become its input; they are taken as they are. Convert it with --mean and --scale for better activations.`,
  );
  renderNet();
  const names = find('layers', HTMLElement);
  names.replaceChildren(
    ...report.layers.map(({ name, shape }) => {
      const option = document.createElement('span');
      option.role = 'option';
      option.id = `layer-${name}`;
      option.dataset.layer = name;
      option.textContent = name;
      option.title = shape.slice(1).join('×');
      return option;
    }),
  );
  const known = report.layers.find((l) => l.name === state.layer);
  const maps = report.layers.filter((l) => l.shape.length === 4 && l.shape[2] >= LEAST_MAP);
  const layer = known ?? maps[maps.length - 1] ?? report.layers[report.layers.length - 1];
  change({
    model: report.name,
    layer: layer.name,
    unit: Math.min(state.unit, layer.shape[1] - 1),
    frozen: report.layers.some((l) => l.name === originOf(state).layer) ? state.frozen : '',
  });
  void openSource();
}

function renderNet(): void {
  if (net) text('net', `${net.name} · ${net.layers.length} layers · input ${net.input.join('×')}`);
}

/** Frames of a stream that come too fast are left out; a still picture is always shown. */
function onFrame({ frame, at, live }: Frame): void {
  if (state.frozenFrame || (live && !ready)) {
    frame.close();
    if (!state.frozenFrame) dropped++;
    return;
  }
  ready = false;
  tell({ type: 'frame', frame, at, mirror: state.source === 'camera' && state.mirror }, [frame]);
}

async function openSource(): Promise<void> {
  const turn = ++sourceTurn;
  source?.[Symbol.dispose]();
  source = undefined;
  const pad = find('pad', HTMLCanvasElement);
  try {
    const opened = await sourceOf(state.source, pad);
    if (turn !== sourceTurn) {
      opened[Symbol.dispose]();
      return;
    }
    source = opened;
    await showPicture();
  } catch (error) {
    if (turn !== sourceTurn) return;
    const refused = error instanceof DOMException && error.name === 'NotAllowedError';
    show(
      refused
        ? 'The camera was refused. Allow it in the address bar, or use pictures.'
        : `No ${state.source}: ${error instanceof Error ? error.message : error}`,
    );
    if (state.source !== 'world') change({ source: 'world' });
  }
  render();
}

async function sourceOf(kind: ToolboxState['source'], pad: HTMLCanvasElement): Promise<Source> {
  const size = Math.max(...(net?.input.slice(1) ?? [64]));
  if (kind === 'camera') {
    const camera = await cameraSource(find('cameras', HTMLSelectElement).value, onFrame);
    await listCameras();
    return camera;
  }
  if (kind === 'video' && pictures[0]) return videoFileSource(pictures[0], onFrame);
  if (kind === 'files' && pictures.length > 0) return fileSource(pictures, onFrame);
  if (kind === 'draw') {
    const drawing = padSource(pad, onFrame);
    drawing.clear();
    find('clear', HTMLButtonElement).onclick = () => drawing.clear();
    return drawing;
  }
  return worldSource(size, onFrame);
}

async function listCameras(): Promise<void> {
  const cameras = (await navigator.mediaDevices.enumerateDevices()).filter((d) => d.kind === 'videoinput');
  const select = find('cameras', HTMLSelectElement);
  const { value } = select;
  select.replaceChildren(...cameras.map((d, i) => new Option(d.label || `camera ${i + 1}`, d.deviceId)));
  if (cameras.some((d) => d.deviceId === value)) select.value = value;
}

async function showPicture(): Promise<void> {
  if (!source) return;
  ready = true;
  try {
    await source.show(source.count === Number.POSITIVE_INFINITY ? state.picture : state.picture % source.count);
  } catch (error) {
    show(`${source.describe(state.picture)}: ${error instanceof Error ? error.message : error}`);
  }
}

/** A net, or pictures. */
async function takeFiles(files: File[]): Promise<void> {
  const images = files.filter((f) => f.type.startsWith('image/') || f.type.startsWith('video/'));
  if (images.length > 0) {
    pictures = images;
    const kind = images[0].type.startsWith('video/') ? 'video' : 'files';
    if (state.source === kind && state.picture === 0) await openSource();
    else change({ source: kind, picture: 0, frozenFrame: false });
    return;
  }
  text('net', 'Reading…');
  const read = await readFiles(files, (share) => text('net', `Reading… ${Math.round(100 * share)} %`));
  tell({ type: 'model', files: read });
}

// The page's own state, from `state`.
function render(): void {
  const { layer, unit } = state;
  const shape = net?.layers.find((l) => l.name === layer)?.shape ?? [];
  text(
    'layer-name',
    shape.length > 0 ? `${layer} · ${shape[1]} units${shape.length > 2 ? ` of ${shape.slice(2).join('×')}` : ''}` : '',
  );
  const labels = net?.labels ?? [];
  const label = labels.length === shape[1] ? labels[unit] : undefined;
  text('unit-name', `Unit ${unit}${label ? ` · ${label}` : ''}`);
  const strip = find('class', HTMLElement);
  if (strip.dataset.name !== (label ?? '')) {
    strip.dataset.name = label ?? '';
    strip.replaceChildren(...worldStrip(label ?? ''));
  }
  const preferred = find('preferred', HTMLElement);
  if (preferred.dataset.of !== `${layer}:${unit}`) {
    preferred.replaceChildren();
    text('preferred-share', state.unitPane ? 'waiting' : '');
  }
  find('preferred-pane', HTMLElement).hidden = !state.unitPane;
  const origin = originOf(state);
  text('origin', state.back === 'off' ? 'off' : `${origin.layer}:${origin.unit}${state.frozen ? ' (held)' : ''}`);
  const names = find('layers', HTMLElement);
  names.classList.toggle('held', state.area === 'layers');
  for (const option of names.children) {
    if (!(option instanceof HTMLElement)) continue;
    const chosen = option.dataset.layer === layer;
    option.ariaSelected = String(chosen);
    option.classList.toggle('frozen', state.frozen !== '' && option.dataset.layer === origin.layer);
    if (chosen) {
      names.setAttribute('aria-activedescendant', option.id);
      option.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    }
  }
  for (const button of document.querySelectorAll<HTMLElement>('[data-source]')) {
    const kinds = button.dataset.source === 'files' ? ['files', 'video'] : [button.dataset.source];
    button.setAttribute('aria-pressed', String(kinds.includes(state.source)));
  }
  press('freeze', state.frozenFrame);
  press('hold', state.frozen !== '');
  press('differences', state.shown === 'differences');
  find('mirror', HTMLInputElement).checked = state.mirror;
  find('stretch', HTMLInputElement).checked = state.fit === 'stretch';
  find('cameras', HTMLElement).hidden = state.source !== 'camera';
  find('clear', HTMLElement).hidden = state.source !== 'draw';
  find('pad', HTMLElement).hidden = state.source !== 'draw';
  for (const [id, value] of Object.entries(CHOSEN(state))) {
    const select = find(id, HTMLSelectElement);
    if (select.value !== value) select.value = value;
  }
  text('picture-name', source?.describe(state.picture) ?? '');
  find('guesses', HTMLElement).hidden = !state.probabilities;
  find('class', HTMLElement).hidden = !state.unitPane;
  const help = find('help', HTMLDialogElement);
  if (state.help && !help.open) help.showModal();
  if (!state.help && help.open) help.close();
  renderStatus();
}

const press = (id: string, on: boolean) => find(id, HTMLButtonElement).setAttribute('aria-pressed', String(on));

const CHOSEN = ({ gamma, boost, colormap, back, filter, seed }: ToolboxState): Record<string, string> => ({
  gamma: String(gamma),
  boost: String(boost),
  colormap,
  'back-mode': back,
  filter,
  seed,
});

function renderStatus(): void {
  const frames = state.source === 'camera' || state.source === 'video' ? ` · ${dropped} left out` : '';
  const times = `${pace.fps.toFixed(0)} frames/s · ${pace.latency.toFixed(0)} ms${frames}`;
  const details = state.debug ? ` · ${pace.encode.toFixed(2)} ms to encode · frame ${pace.frames}` : '';
  text('status', `${times}${details}${device ? ` · ${device}` : ''}`);
}

function renderGuesses(guesses: readonly { readonly label: string; readonly probability: number }[]): void {
  const list = find('guesses', HTMLElement);
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

/** Four pictures, growing; those of another unit are taken away. */
function renderPreferred({ layer, unit, pictures, share }: PreferredImages): void {
  if (layer !== state.layer || unit !== state.unit) return;
  const strip = find('preferred', HTMLElement);
  strip.dataset.of = `${layer}:${unit}`;
  strip.replaceChildren(...pictures.map((picture) => canvasOf(picture, `preferred image of ${layer}:${unit}`)));
  text('preferred-share', share < 1 ? `${Math.round(100 * share)} %` : '');
}

/** A line of the last values, on a scale of its own. */
function renderHistory(values: Float32Array): void {
  const seen = Array.from(values).filter((v) => !Number.isNaN(v));
  const [low, high] = [Math.min(0, ...seen), Math.max(1e-6, ...seen)];
  const points = Array.from(values, (v, i) =>
    Number.isNaN(v) ? '' : `${i},${(40 - (38 * (v - low)) / (high - low)).toFixed(1)}`,
  ).filter(Boolean);
  const path = points.length > 1 ? `<path d="M${points.join('L')}"/>` : '';
  find('history', HTMLElement).innerHTML =
    `<svg viewBox="0 0 ${values.length} 42" preserveAspectRatio="none" aria-hidden="true">${path}</svg>`;
  text('unit-value', seen.length > 0 ? `greatest now ${seen[seen.length - 1].toPrecision(4)}` : '');
}

// Controls.
const fill = (id: string, list: readonly (string | number)[], take: (value: string) => Partial<ToolboxState>) => {
  const select = find(id, HTMLSelectElement);
  select.replaceChildren(...list.map((item) => new Option(String(item))));
  select.addEventListener('change', () => change(take(select.value)));
};
const among = <T extends string | number>(list: readonly T[], value: string): T =>
  list.find((v) => String(v) === value) ?? list[0];
fill('gamma', GAMMAS, (value) => ({ gamma: among(GAMMAS, value) }));
fill('boost', BOOSTS, (value) => ({ boost: among(BOOSTS, value) }));
fill('colormap', COLORMAPS, (value) => ({ colormap: among(COLORMAPS, value) }));
fill('back-mode', BACKS, (value) => ({ back: among(BACKS, value) }));
fill('filter', FILTERS, (value) => ({ filter: among(FILTERS, value) }));
fill('seed', SEEDS, (value) => ({ seed: among(SEEDS, value) }));

const onClick = (id: string, take: () => Partial<ToolboxState>) =>
  find(id, HTMLButtonElement).addEventListener('click', () => change(take()));
onClick('previous', () => ({ picture: Math.max(0, state.picture - 1) }));
onClick('following', () => ({ picture: state.picture + 1 }));
onClick('freeze', () => ({ frozenFrame: !state.frozenFrame }));
onClick('hold', () => ({ frozen: state.frozen ? '' : `${state.layer}:${state.unit}` }));
onClick('differences', () => ({
  shown: state.shown === 'differences' ? 'activations' : 'differences',
  ...(state.back === 'off' && { back: 'gradient' as const }),
}));
onClick('help-button', () => ({ help: true }));
find('help', HTMLDialogElement).addEventListener('close', () => state.help && change({ help: false }));
find('mirror', HTMLInputElement).addEventListener('change', ({ target }) => {
  if (target instanceof HTMLInputElement) change({ mirror: target.checked });
});
find('stretch', HTMLInputElement).addEventListener('change', ({ target }) => {
  if (target instanceof HTMLInputElement) change({ fit: target.checked ? 'stretch' : 'crop' });
});
find('cameras', HTMLSelectElement).addEventListener('change', () => void openSource());
for (const button of document.querySelectorAll<HTMLButtonElement>('button[data-source]')) {
  button.addEventListener('click', () => {
    const kind = button.dataset.source;
    if (kind === 'world' || kind === 'camera' || kind === 'draw') change({ source: kind, frozenFrame: false });
  });
}
find('layers', HTMLElement).addEventListener('click', ({ target }) => {
  const layer = target instanceof HTMLElement ? target.dataset.layer : undefined;
  const units = net?.layers.find((l) => l.name === layer)?.shape[1];
  if (layer && units) change({ layer, unit: Math.min(state.unit, units - 1), area: 'units' });
});
const toPixels = (event: PointerEvent) => ({
  x: event.offsetX * devicePixelRatio,
  y: event.offsetY * devicePixelRatio,
});
grid.addEventListener('pointermove', (event) => tell({ type: 'point', pane: 'grid', ...toPixels(event), pick: false }));
grid.addEventListener('pointerdown', (event) => tell({ type: 'point', pane: 'grid', ...toPixels(event), pick: true }));
grid.addEventListener('pointerleave', () => tell({ type: 'point', pane: 'grid', x: -1, y: -1, pick: false }));
document.addEventListener('keydown', (event) => {
  const typing = event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement;
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  const next = pressed(event.key, state, around);
  if (!next) return;
  event.preventDefault();
  change(next);
});
document.addEventListener('visibilitychange', () => tell({ type: 'pause', paused: document.hidden }));
document.addEventListener('paste', (event) => {
  const files = Array.from(event.clipboardData?.files ?? []);
  if (files.length > 0) void takeFiles(files);
});
window.addEventListener('hashchange', () => change(fromAddress(location.hash.slice(1))));
listenForFiles(find('net-files', HTMLInputElement), (files) => void takeFiles(files));
find('picture-files', HTMLInputElement).addEventListener('change', ({ target }) => {
  if (target instanceof HTMLInputElement && target.files) void takeFiles(Array.from(target.files));
});
find('keys', HTMLElement).replaceChildren(
  ...GROUPS.map(({ title, bindings }) => {
    const section = document.createElement('section');
    const heading = document.createElement('h2');
    heading.textContent = title;
    const list = document.createElement('dl');
    for (const { keys, help } of bindings) {
      const term = document.createElement('dt');
      term.append(
        ...keys.flatMap((key, i) => [
          ...(i > 0 ? [' '] : []),
          Object.assign(document.createElement('kbd'), { textContent: key }),
        ]),
      );
      const meaning = document.createElement('dd');
      meaning.textContent = help;
      list.append(term, meaning);
    }
    section.append(heading, list);
    return section;
  }),
);

render();
const response = await fetch(EMBEDDED);
if (response.ok) {
  const bytes = new Uint8Array(await response.arrayBuffer());
  tell({ type: 'model', files: [{ name: 'mini-caffenet.safetensors', bytes }] }, [bytes.buffer]);
} else {
  show(`mini-caffenet could not be loaded: ${response.status} ${response.statusText}`);
}
// For tests and the curious.
Object.assign(window, { toolbox: { change, tell, state: () => state } });
