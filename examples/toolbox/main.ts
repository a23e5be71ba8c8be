// The toolbox's page: the state, the address, and the worker in which all is computed and drawn.
import { find } from '../shared/dom.js';
import { readFiles } from '../shared/files.js';
import { connectControls } from './controls.js';
import {
  showGuesses,
  showHistory,
  showKeys,
  showLayers,
  showNet,
  showPatterns,
  showPreferred,
  showProblem,
  showRecorded,
  showState,
  showStatus,
  showTop,
  text,
} from './display.js';
import { sortDropped } from './dropped.js';
import { Inputs } from './inputs.js';
import { textOf } from './jobs.js';
import { connectNets } from './netsDialog.js';
import type { Page } from './page.js';
import { type FromWorker, type ModelReport, PANES, type Pane, type ToWorker } from './protocol.js';
import { fromAddress, originOf, type ToolboxState, toAddress } from './state.js';
import { followVector, forgetVector, showVector } from './unitNames.js';

/** What is shown where nothing can be computed. */
const RECORDED = new URL('../../docs/images/toolbox-mini-caffenet.webp', import.meta.url);
/** Rows of the maps of the layer that the page opens on: fewer say little. */
const LEAST_MAP = 5;
/** Canvas pixels per CSS pixel on an adapter that draws on the CPU. */
const SOFTWARE_RATIO = 0.5;

const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
const tell = (message: ToWorker, transfer: Transferable[] = []) => worker.postMessage(message, transfer);

let state: ToolboxState = fromAddress(location.hash.slice(1));
let net: ModelReport | undefined;
let pace = { fps: 0, latency: 0, encode: 0, frames: 0 };
let losses = 0;
let device = { name: '', software: false };

const page: Page = {
  get state() {
    return state;
  },
  get net() {
    return net;
  },
  change,
  tell,
  warn: showProblem,
};
const inputs = new Inputs(page);
const netsDialog = connectNets(page);
const { nets } = netsDialog;

function change(next: Partial<ToolboxState>): void {
  const before = state;
  state = { ...state, ...next };
  history.replaceState(null, '', `#${toAddress(state)}`);
  tell({ type: 'state', state });
  if (state.source !== before.source) void inputs.open().then(render);
  else if (
    state.picture !== before.picture ||
    state.fit !== before.fit ||
    state.contrast !== before.contrast ||
    state.ink !== before.ink ||
    (before.frozenFrame && !state.frozenFrame)
  ) {
    void inputs.show().then(render);
  }
  if (state.resolution !== before.resolution) resizeAll();
  render();
}

function render(): void {
  showState(page, inputs.description);
  netsDialog.show();
  followVector(page);
  renderStatus();
}

const renderStatus = () => showStatus(page, pace, inputs.dropped, device);

// Canvases go to the worker for good.
const canvases = Object.fromEntries(
  PANES.map((pane) => [pane, find(pane, HTMLCanvasElement).transferControlToOffscreen()]),
) as Record<Pane, OffscreenCanvas>;
tell({ type: 'open', canvases }, Object.values(canvases));
const boxes = new Map<Pane, { readonly width: number; readonly height: number }>();
const resize = (pane: Pane) => {
  const box = boxes.get(pane);
  if (!box) return;
  const coarse = state.resolution === 'half' || (state.resolution === 'auto' && device.software);
  const ratio = coarse ? SOFTWARE_RATIO : devicePixelRatio;
  const [width, height] = [box.width, box.height].map((side) => Math.max(1, Math.round(side * ratio)));
  tell({ type: 'size', pane, width, height });
};
const resizeAll = () => PANES.forEach(resize);
const sizes = new ResizeObserver((entries) => {
  for (const { target, contentRect } of entries) {
    const pane = PANES.find((p) => p === target.id);
    if (!pane) continue;
    boxes.set(pane, contentRect);
    resize(pane);
  }
});
for (const pane of PANES) sizes.observe(find(pane, HTMLCanvasElement));

worker.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => {
  switch (data.type) {
    case 'device':
      device = { name: data.adapter, software: data.software };
      resizeAll();
      break;
    case 'no webgpu':
      netsDialog.stop();
      showRecorded(data.message, RECORDED);
      break;
    case 'model':
      takeModel(data.report);
      break;
    case 'ready':
      inputs.makeRoom();
      break;
    case 'pace':
      ({ pace } = data);
      renderStatus();
      break;
    case 'guesses':
      showGuesses(data.guesses);
      break;
    case 'history':
      showHistory(data.values);
      break;
    case 'vector':
      showVector(page, data.read);
      break;
    case 'hover':
      text('hover', data.unit === undefined ? '' : hoverText(data.unit, data.h, data.w, data.value));
      break;
    case 'picked':
      change({ unit: data.unit, area: 'units' });
      break;
    case 'preferred':
      showPreferred(page, data.images);
      break;
    case 'top':
      showTop(page, data.top);
      break;
    case 'patterns':
      showPatterns(page, data.progress);
      break;
    case 'not finite':
      showProblem(
        data.layer === undefined
          ? ''
          : `'${data.layer}' has activations that are no numbers (magenta), and so has what follows. Look at the weights and at how pixels become the input.`,
      );
      break;
    case 'lost':
      losses++;
      showGuesses([]);
      break;
    case 'recovered':
      void inputs.show();
      break;
    case 'error':
      showProblem(data.message);
      nets.fail();
      break;
  }
});
worker.addEventListener('error', (event) => showProblem(event.message || 'the worker could not be started'));

const hoverText = (unit: number, h?: number, w?: number, value?: number): string =>
  `unit ${unit}${h === undefined ? '' : ` at ${h},${w}`}: ${value?.toPrecision(4) ?? ''}`;

function takeModel(report: ModelReport): void {
  const before = net;
  net = report;
  forgetVector();
  if (before?.name !== report.name) showGuesses([]);
  const { place, notice } = nets.opened(report);
  const unsaid = report.preprocessing.stated
    ? ''
    : `${report.name} does not say how pixels become its input; they are taken as they are.`;
  showProblem([notice, unsaid].filter(Boolean).join(' '));
  if (unsaid) netsDialog.offerPreprocessing(find('problem', HTMLElement));
  showNet(net);
  showLayers(report);
  const wanted = { ...state, ...place };
  const known = report.layers.find((l) => l.name === wanted.layer);
  const maps = report.layers.filter((l) => l.shape.length === 4 && l.shape[2] >= LEAST_MAP);
  const layer = known ?? maps[maps.length - 1] ?? report.layers[report.layers.length - 1];
  change({
    ...wanted,
    layer: layer.name,
    unit: Math.min(wanted.unit, layer.shape[1] - 1),
    frozen: report.layers.some((l) => l.name === originOf(wanted).layer) ? wanted.frozen : '',
  });
  // The same net again, with labels or another preprocessing, goes on with its picture.
  const same = before?.input.join() === report.input.join();
  void (same ? inputs.show() : inputs.open()).then(render);
}

/** Pictures, a net, or labels and a mean for the one that is open. */
async function takeFiles(dropped: File[]): Promise<void> {
  const { pictures, net: files, left } = await sortDropped(dropped);
  if (left.length > 0) showProblem(`Neither pictures nor a net's files, and left out: ${left.join(', ')}.`);
  if (pictures.length > 0) {
    await inputs.take(pictures);
    render();
  }
  if (files.length === 0) return;
  text('net', 'Reading…');
  const read = await readFiles(files, (share) => text('net', `Reading… ${Math.round(100 * share)} %`));
  await nets.take(read);
}

/** The view that an address names, of the net that it names. */
function follow(address: string): void {
  const asked = fromAddress(address);
  const { model, layer, unit } = asked;
  change({ ...asked, model: state.model });
  if (model !== state.model || !net) void nets.open(model, { layer, unit });
}

connectControls(page, {
  takeFiles: (files) => void takeFiles(files).catch((error) => showProblem(textOf(error))),
  changeCamera: () => void inputs.open(),
});
document.addEventListener('visibilitychange', () => tell({ type: 'pause', paused: document.hidden }));
window.addEventListener('hashchange', () => follow(location.hash.slice(1)));
showKeys();
render();
await nets.open(state.model, { layer: state.layer, unit: state.unit });
// For tests and the curious.
Object.assign(window, {
  toolbox: {
    change,
    tell,
    state: () => state,
    pace: () => ({ ...pace, dropped: inputs.dropped }),
    losses: () => losses,
    labels: () => net?.labels ?? [],
  },
});
