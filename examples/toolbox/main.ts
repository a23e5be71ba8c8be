// The toolbox's page: the state, the address, and the worker that computes and draws everything.
import { find } from '../shared/dom.js';
import { readFiles } from '../shared/files.js';
import { connectAttribution, showAttribution, showMethods, takeAttribution } from './attributionPane.js';
import { followConcepts } from './concepts.js';
import { connectControls } from './controls.js';
import {
  showDrawn,
  showGuesses,
  showHistory,
  showKeys,
  showLayers,
  showNet,
  showOpening,
  showPatterns,
  showPreferred,
  showRecorded,
  showState,
  showStatus,
  showTop,
  text,
} from './display.js';
import { sortDropped } from './dropped.js';
import { Inputs } from './inputs.js';
import { textOf } from './jobs.js';
import type { MethodInfo } from './methodText.js';
import { connectNets } from './netsDialog.js';
import { showNotes, showProblem } from './notices.js';
import type { Page } from './page.js';
import { type Drawn, type FromWorker, type ModelReport, PANES, type Pane, type ToWorker } from './protocol.js';
import { areResults, ResultsDialog } from './resultsDialog.js';
import { showSides } from './sidesPane.js';
import { fromAddress, originOf, type ToolboxState, toAddress } from './state.js';
import { followVector, forgetVector, showVector } from './unitNames.js';

/** Shown if nothing can be computed. */
const RECORDED = new URL('../../docs/images/toolbox-mini-caffenet.webp', import.meta.url);
/** Minimum map size of the layer that is shown first, because smaller maps say little. */
const LEAST_MAP = 5;
/** Canvas pixels per CSS pixel on an adapter that runs on the CPU. */
const SOFTWARE_RATIO = 0.5;

const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
const tell = (message: ToWorker, transfer: Transferable[] = []) => worker.postMessage(message, transfer);

let state: ToolboxState = fromAddress(location.hash.slice(1));
let net: ModelReport | undefined;
let drawn: Drawn | undefined;
let pace = { fps: 0, latency: 0, encode: 0, frames: 0 };
let losses = 0;
/** Nobody has chosen a unit yet: the first guess does. */
let choosing = false;
let methods: readonly MethodInfo[] = [];
let device = { name: '', software: false };

const page: Page = {
  get state() {
    return state;
  },
  get net() {
    return net;
  },
  get drawn() {
    return drawn;
  },
  get methods() {
    return methods;
  },
  get pictures() {
    return inputs.count;
  },
  change,
  tell,
  warn: (message) => showProblem(message),
};
const inputs = new Inputs(page);
const netsDialog = connectNets(page);
const { nets } = netsDialog;
const results = new ResultsDialog(page, (name) => void nets.open(name));

function change(next: Partial<ToolboxState>): void {
  const before = state;
  if (next.unit !== undefined || next.layer !== undefined) choosing = false;
  state = { ...state, ...next };
  // Keep the address of a net that is still being loaded.
  if (!nets.awaited) history.replaceState(null, '', `#${toAddress(state)}`);
  tell({ type: 'state', state, net: net?.id ?? 0 });
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
  showState(page);
  showDrawn(page);
  showAttribution(page);
  netsDialog.show();
  results.show();
  followVector(page);
  followConcepts(page);
  renderStatus();
}

const renderStatus = () => showStatus(page, pace, inputs.dropped, device);

// Canvases are transferred to the worker for good.
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
  // Ignore messages about a net that was replaced.
  if ('net' in data && data.net !== net?.id) return;
  switch (data.type) {
    case 'device':
      device = { name: data.adapter, software: data.software };
      resizeAll();
      break;
    case 'methods':
      ({ methods } = data);
      showMethods(page);
      break;
    case 'no webgpu':
      netsDialog.stop();
      showRecorded(data.message, RECORDED);
      break;
    case 'model':
      takeModel(data.report, data.request);
      break;
    case 'ready':
      inputs.makeRoom();
      break;
    case 'pace':
      ({ pace } = data);
      renderStatus();
      break;
    case 'drawn':
      ({ drawn } = data);
      showDrawn(page);
      showAttribution(page);
      break;
    case 'guesses':
      showGuesses(data.guesses, data.at);
      if (choosing && data.guesses.length > 0) {
        choosing = false;
        change({ unit: data.guesses[0].index });
      }
      break;
    case 'history':
      showHistory(page, data.unit, data.values);
      break;
    case 'vector':
      showVector(page, data.read);
      break;
    case 'hover':
      if (data.unit && data.unit.layer !== drawn?.unit.layer) break;
      text('hover', data.unit === undefined ? '' : hoverText(data.unit.unit, data.h, data.w, data.value));
      break;
    case 'sides':
      showSides(page, data.sides);
      break;
    case 'picked':
      if (data.unit.layer === state.layer) change({ unit: data.unit.unit, area: 'units' });
      break;
    case 'preferred':
      showPreferred(page, data.images);
      break;
    case 'top':
      showTop(page, data.top);
      break;
    case 'results':
      results.said(data);
      break;
    case 'attribution':
      takeAttribution(page, data.news);
      break;
    case 'patterns':
      showPatterns(page, data.progress);
      break;
    case 'not finite':
      showProblem(
        data.layer === undefined
          ? ''
          : `'${data.layer}' has activations that are no numbers (magenta), and so has what follows. Look at the weights and at how pixels become the input.`,
        { kind: 'not finite' },
      );
      break;
    case 'no weights':
      takeWeightless(data.name, data.request);
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
      nets.fail(data.request);
      break;
  }
});
worker.addEventListener('error', (event) => showProblem(event.message || 'the worker could not be started'));

const hoverText = (unit: number, h?: number, w?: number, value?: number): string =>
  `unit ${unit}${h === undefined ? '' : ` at ${h},${w}: ${value?.toPrecision(4) ?? 'not computed'}`}`;

function takeModel(report: ModelReport, request?: number): void {
  const before = net;
  net = report;
  forgetVector();
  drawn = undefined;
  showGuesses([]);
  const { place, notice } = nets.opened(report, request);
  showNotes(report.name, report.notes);
  showProblem(notice);
  netsDialog.ask();
  showNet(net);
  showSides(page, report.sides);
  find('size-button', HTMLButtonElement).hidden = !report.openSize;
  showLayers(report);
  const wanted = { ...state, ...place };
  const known = report.layers.find((l) => l.name === wanted.layer);
  const seeing = report.layers.filter((l) => l.seesImage);
  const maps = seeing.filter((l) => l.shape.length === 4 && l.shape[2] >= LEAST_MAP);
  // A layer whose units have names that people know, if there is something to see of it at once.
  const readable = report.layers.find((l) => report.classLayers.includes(l.name) && report.packed.includes(l.name));
  const layer =
    known ?? readable ?? maps[maps.length - 1] ?? seeing[seeing.length - 1] ?? report.layers[report.layers.length - 1];
  const held = originOf(wanted);
  change({
    ...wanted,
    layer: layer.name,
    unit: Math.min(wanted.unit, layer.shape[1] - 1),
    frozen: report.layers.some((l) => l.name === held.layer && held.unit < l.shape[1]) ? wanted.frozen : '',
  });
  choosing = known === undefined && layer === readable && wanted.unit === 0;
  // The same net again, with labels or another preprocessing, keeps its picture.
  const same = before?.input.join() === report.input.join();
  void (same ? inputs.show() : inputs.open()).then(render);
  results.opened(report);
}

/** Without weights, a net can be described, but not run. */
function takeWeightless(name: string, request: number): void {
  const found = nets.weightless(request, name);
  const words = `${name} has no weights: give its .caffemodel too, with the .prototxt or after it.`;
  const action = found && { title: 'Open with seeded weights, not trained', act: () => found.openSeeded() };
  showProblem(words, action ? { action } : {});
}

/** Handles pictures, a net, or labels and a mean for the open net. */
async function takeFiles(dropped: File[]): Promise<void> {
  if (areResults(dropped)) {
    results.take(dropped);
    return;
  }
  const { pictures, net: files, left } = await sortDropped(dropped, net?.input[0]);
  if (left.length > 0) showProblem(`Neither pictures nor a net's files, and left out: ${left.join(', ')}.`);
  if (pictures.length > 0) {
    await inputs.take(pictures);
    render();
  }
  if (files.length === 0) return;
  const reading = (share: number) => showOpening(net, `${files[0].name} ${Math.round(100 * share)} %`);
  const read = await readFiles(files, reading);
  await nets.take(read);
}

/** Opens the net that an address names, with the view that it names. */
function follow(address: string): void {
  const asked = fromAddress(address);
  const { model, layer, unit, frozen } = asked;
  const other = model !== state.model || !net;
  // Layers and units of another net are applied once it is open.
  change(other ? { ...asked, model: state.model, layer: state.layer, unit: state.unit, frozen: '' } : asked);
  if (other) void nets.open(model, { layer, unit, frozen });
}

connectAttribution(page);
connectControls(page, {
  takeFiles: (files) => void takeFiles(files).catch((error) => showProblem(textOf(error))),
  changeCamera: () => void inputs.open(),
});
document.addEventListener('visibilitychange', () => tell({ type: 'pause', paused: document.hidden }));
window.addEventListener('hashchange', () => follow(location.hash.slice(1)));
showKeys();
render();
await nets.open(state.model, { layer: state.layer, unit: state.unit, frozen: state.frozen });
// For tests and debugging.
Object.assign(window, {
  toolbox: {
    change,
    tell,
    state: () => state,
    net: () => net,
    pace: () => ({ ...pace, dropped: inputs.dropped }),
    losses: () => losses,
    methods: () => methods,
    labels: () => net?.labels ?? [],
  },
});
