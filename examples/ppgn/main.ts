// Chains of samples: what is wanted, how they step, where they start, a hole to paint into; and the chains themselves.
import {
  aboutRun,
  DeviceLostError,
  imageShape,
  type Model,
  type Picture,
  recipeOf,
  toSpecs,
  unitLayers,
} from 'convscope';
import { decodePicture, pixelsOf } from '../shared/decode.js';
import { find } from '../shared/dom.js';
import { download, listenForFiles } from '../shared/files.js';
import { Nets } from '../shared/nets.js';
import { canvasWith, copyOf, type Enlarged, pngOf } from '../shared/saving.js';
import { pageContext, renewContext } from '../shared/session.js';
import { canvasOf } from '../shared/worldStrip.js';
import {
  type Asked,
  DEFAULTS,
  MOST,
  MOST_CHAINS,
  PRIORS,
  RATES,
  readAddress,
  STEP_KINDS,
  type Weights,
  writeAddress,
} from './address.js';
import { Card, type Sample } from './card.js';
import { Chains, type Frame } from './chains.js';
import { codeNumbers, codesOf, netsFor, worldPicture } from './given.js';
import { Mask, SIDE } from './mask.js';
import { MaskView } from './maskView.js';
import { openRecipe, studyOf, type Told, titleOf } from './recipes.js';
import { addSliders, showSliders } from './sliders.js';

/** A chain goes on until it is paused: this is a day. */
const STEPS = 1_000_000;
/** As the studio saves by default. */
const SAVED: Enlarged = { times: 4, smooth: true };
/** Weight of the last pace in the mean over time. */
const SMOOTHING = 0.2;

const problem = find('problem', HTMLElement);
const nets = new Nets();
/** Nets that take what the generator draws. */
let offered: readonly string[] = [];
let model: Model;
let asked: Asked;
/** A picture of the user's, in the place of the world's. */
let own: { readonly name: string; readonly picture: Picture } | undefined;
let cards: readonly Card[] = [];
/** Sliders were moved since the start. */
let isMoved = false;
let isOpening = false;
let pace = 0;
let turn = 0;
/** What is around the hole of the chains that walk. */
let around: { readonly picture: Picture; readonly mask: Mask } | undefined;

/** What chains were started with. Their samples can be saved while others are being started. */
interface Started {
  readonly model: Model;
  readonly asked: Asked;
  readonly nets: Readonly<Record<string, Model>>;
  /** Name of the user's picture. */
  readonly own?: string | undefined;
}

const chains = new Chains({
  onFrame: show,
  onStop: stopped,
  onError: (error) => void recover(error),
});
const mask = new MaskView(find('mask', HTMLCanvasElement), (painted) => ask({ mask: painted }));

function tell(error: unknown): void {
  problem.hidden = false;
  problem.textContent = error instanceof Error ? error.message : String(error);
  state();
}

function remark(words: string): void {
  const element = find('remark', HTMLElement);
  element.hidden = words === '';
  element.textContent = words;
}

const pictureAt = (index: number): Picture => own?.picture ?? worldPicture(index);

/** Asks for something else, and starts the chains anew. */
function ask(change: Partial<Asked>): void {
  asked = { ...asked, ...change };
  follow();
  void start();
}

/** Compiles what is asked for and walks, up to `until` steps. */
async function start(until?: number): Promise<void> {
  const mine = ++turn;
  problem.hidden = true;
  remark('');
  isOpening = true;
  chains.close();
  state();
  try {
    const wanted = asked;
    const { hole } = wanted;
    if (hole !== undefined && wanted.mask.isEmpty) throw new Error('Paint a hole first: there is nothing to fill.');
    const study = studyOf(model, wanted, STEPS);
    const [ctx, given, numbers] = await Promise.all([pageContext(), netsFor(wanted), codeNumbers()]);
    const starts =
      wanted.start === undefined ? undefined : await codesOf(ctx, startPictures(wanted.start, wanted.chains));
    if (mine !== turn) return;
    const holed = hole === undefined ? undefined : { picture: pictureAt(hole), mask: wanted.mask };
    around = holed;
    isMoved = false;
    pace = 0;
    const started: Started = { model, asked: wanted, nets: given, own: own?.name };
    const onSave = (sample: Sample, as: 'png' | 'recipe') => void save(started, sample, as).catch(tell);
    cards = study.seeds.map((seed) => new Card(seed, titleOf(wanted), { onSave }));
    const references = holed && { picture: holed.picture, mask: holed.mask.picture };
    const walk = {
      model,
      study,
      given: { nets: given, numbers: { codes: numbers }, ...(references && { references }) },
      starts,
    };
    if (!(await chains.open(ctx, walk)) || mine !== turn) return;
    // Sliders may have been moved meanwhile, and it may have been paused.
    adjust({});
    const goesOn = isOpening;
    isOpening = false;
    if (goesOn) void chains.go(until);
    state();
  } catch (error) {
    if (mine !== turn) return;
    isOpening = false;
    chains.close();
    find('cards', HTMLElement).replaceChildren();
    tell(error);
  }
}

/** Pictures from whose codes the chains start. */
const startPictures = (first: number, count: number): readonly Picture[] =>
  Array.from({ length: count }, (_, i) => pictureAt(first + i));

function show({ step, pictures, objectives, stepsPerSecond }: Frame): void {
  const { run } = chains;
  if (!run) return;
  const list = find('cards', HTMLElement);
  if (cards[0]?.element.parentElement !== list) list.replaceChildren(...cards.map(({ element }) => element));
  for (const [chain, card] of cards.entries()) {
    const picture = around ? around.mask.compose(pictures[chain], around.picture) : pictures[chain];
    const sample = { chain, card, step, picture, study: run.recipe, moved: isMoved };
    card.show(sample, objectives[chain] ?? Number.NaN);
  }
  if (stepsPerSecond > 0) pace = pace === 0 ? stepsPerSecond : pace + SMOOTHING * (stepsPerSecond - pace);
  const perSecond = pace > 0 ? ` · ${pace.toFixed(pace < 10 ? 1 : 0)} steps/s` : '';
  find('pace', HTMLElement).textContent = `step ${step}${perSecond}`;
}

/** A lost device is opened again, and the chains start anew. */
async function recover(error: unknown): Promise<void> {
  if (!(error instanceof DeviceLostError)) return tell(error);
  await renewContext(await pageContext());
  await start();
}

function stopped(): void {
  if (chains.done) remark('No chain can move any more: all gradients are exactly zero.');
  state();
}

function state(): void {
  const { running, steps, done } = chains;
  const walk = find('walk', HTMLButtonElement);
  walk.textContent = running || isOpening ? 'Pause' : steps > 0 && !done ? 'Go on' : 'Walk';
  find('cards', HTMLElement).classList.toggle('opening', isOpening);
  find('title', HTMLElement).textContent = titleOf(asked) || 'Nothing is wanted';
}

/** Numbers of the step, of the chains as they walk. */
function adjust(change: Partial<Weights>): void {
  const before = asked;
  asked = { ...asked, ...change };
  try {
    const { optim, regularize } = studyOf(model, asked, STEPS);
    chains.run?.adjust({ optim, regularize });
    isMoved ||= chains.steps > 0;
  } catch (error) {
    asked = before;
    tell(error);
  }
  showStep();
  writeAddress(asked);
}

function showStep(): void {
  const { prior, hole } = asked;
  showSliders(asked, [
    ...(prior === 'dgn-am' ? (['e1'] as const) : []),
    ...(hole === undefined ? (['e4'] as const) : []),
  ]);
}

/** Puts what is asked for on the controls and in the address. */
function follow(): void {
  const { want, say, prior, chains: count, seed, start: first, hole } = asked;
  const select = find('net', HTMLSelectElement);
  select.replaceChildren(...offered.map((name) => new Option(name)));
  select.value = model.name;
  const labels = model.labels ?? [];
  chips('classes', labels, want, (name) =>
    want.includes(name) ? want.filter((one) => one !== name) : [...want, name],
  );
  const others = want.filter((text) => !labels.includes(text));
  chips('extras', others, others, (text) => want.filter((one) => one !== text));
  find('say', HTMLInputElement).value = say;
  find('prior', HTMLSelectElement).value = prior;
  find('step', HTMLSelectElement).value = asked.step;
  find('spread', HTMLInputElement).value = String(asked.spread);
  find('spread-label', HTMLElement).hidden = first !== undefined;
  find('chains', HTMLSelectElement).value = String(count);
  find('seed', HTMLInputElement).value = String(seed);
  find('from', HTMLSelectElement).value = first === undefined ? 'codes' : 'pictures';
  find('start', HTMLInputElement).value = String(first ?? '');
  find('start-label', HTMLElement).hidden = first === undefined || own !== undefined;
  const shown = first === undefined ? [] : startPictures(first, own ? 1 : count);
  find('starts', HTMLElement).replaceChildren(
    ...shown.map((picture, i) => canvasOf(picture, nameOf(picture, (first ?? 0) + i))),
  );
  find('with-hole', HTMLInputElement).checked = hole !== undefined;
  find('hole-pane', HTMLElement).hidden = hole === undefined;
  find('hole', HTMLInputElement).value = String(hole ?? '');
  find('hole', HTMLInputElement).disabled = own !== undefined;
  if (hole !== undefined) mask.show(pictureAt(hole), asked.mask);
  find('own', HTMLElement).hidden = own === undefined;
  find('own-name', HTMLElement).textContent = own ? `Your picture ‘${own.name}’.` : '';
  showStep();
  state();
  writeAddress(asked);
}

const nameOf = (picture: Picture, index: number): string =>
  'caption' in picture ? `picture ${index}: ${picture.caption}` : (own?.name ?? '');

/** Buttons of what may be wanted, pressed where it is. Those that stay keep the focus. */
function chips(
  id: string,
  names: readonly string[],
  pressed: readonly string[],
  next: (name: string) => readonly string[],
): void {
  const group = find(id, HTMLElement);
  const before = new Map([...group.querySelectorAll('button')].map((button) => [button.textContent, button]));
  const buttons = names.map((name) => {
    const button = before.get(name) ?? document.createElement('button');
    button.type = 'button';
    button.textContent = name;
    button.ariaPressed = String(pressed.includes(name));
    button.onclick = () => ask({ want: next(name) });
    return button;
  });
  if (buttons.some((button, i) => group.children[i] !== button) || group.childElementCount !== buttons.length) {
    group.replaceChildren(...buttons);
  }
}

async function openNet(name: string): Promise<void> {
  model = await nets.open(name);
  const { layers } = unitLayers(model);
  const select = find('layer', HTMLSelectElement);
  select.replaceChildren(...layers.map(({ layer, shape }) => new Option(`${layer}  [${shape.join('×')}]`, layer)));
  select.value = layers.find(({ layer }) => layer === 'conv5')?.layer ?? layers[0]?.layer ?? '';
  limitChannel();
}

function limitChannel(): void {
  const { shape } =
    unitLayers(model).layers.find(({ layer }) => layer === find('layer', HTMLSelectElement).value) ?? {};
  const channel = find('channel', HTMLInputElement);
  channel.max = String((shape?.[0] ?? 1) - 1);
  if (!(channel.valueAsNumber >= 0 && channel.valueAsNumber <= Number(channel.max))) channel.value = '0';
}

/** The recipe of a sample: so many steps of its chain alone. */
async function save(
  started: Started,
  { chain, card, step, picture, study, moved }: Sample,
  as: 'png' | 'recipe',
): Promise<void> {
  const { start: first, hole, mask: open } = started.asked;
  const name = card.fileName(step);
  const ctx = await pageContext();
  const sample = {
    ...(first !== undefined && { start: first + chain }),
    ...(hole !== undefined && { hole, mask: open.text }),
    ...(started.own !== undefined && (first !== undefined || hole !== undefined) && { own: started.own }),
  };
  const about: Told = {
    ...(await aboutRun(ctx, started.model, { nets: started.nets })),
    ...(Object.keys(sample).length > 0 && { sample }),
    ...(moved && { moved: true }),
  };
  const recipe = { ...toSpecs(study), seeds: [card.seed], steps: step, about };
  if (as === 'recipe') {
    download(`${name}.json`, new Blob([JSON.stringify(recipe, undefined, 2)], { type: 'application/json' }));
    return;
  }
  const { width, height } = picture;
  download(`${name}.png`, await pngOf(copyOf(canvasWith(picture), [0, 0, width, height], SAVED), recipe));
}

/** Opens a recipe, or takes a picture of the user's. */
async function takeFile(file: File): Promise<void> {
  await ready;
  try {
    const bytes = new Uint8Array(await file.arrayBuffer());
    const data = /\.json$/i.test(file.name) ? parsed(file.name, bytes) : recipeIn(bytes);
    if (data) await openSample(data);
    else await takePicture(file);
  } catch (error) {
    tell(error);
  }
}

/** The recipe in a PNG; other pictures have none. */
function recipeIn(bytes: Uint8Array): Readonly<Record<string, unknown>> | undefined {
  const isPng = [0x89, 0x50, 0x4e, 0x47].every((byte, i) => bytes[i] === byte);
  return isPng ? recipeOf(bytes) : undefined;
}

function parsed(name: string, bytes: Uint8Array): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    throw new Error(`${name} is not JSON (${error instanceof Error ? error.message : error}).`);
  }
}

async function openSample(data: Readonly<Record<string, unknown>>): Promise<void> {
  const opened = await openRecipe(data, (name) => nets.open(name));
  await openNet(opened.asked.net);
  asked = opened.asked;
  follow();
  await start(opened.steps);
  if (problem.hidden) remark(opened.remark);
}

/** A picture of the user's stands in the place of the world's: for a hole where there is one, else as the start. */
async function takePicture(file: File): Promise<void> {
  const { bitmap } = await decodePicture(file, file.name);
  own = { name: file.name, picture: pixelsOf(bitmap, SIDE, SIDE) };
  bitmap.close();
  ask(asked.hole === undefined ? { start: asked.start ?? 0 } : {});
}

/** A whole number of a control, kept within what it may be. */
function wholeOf(id: string): number {
  const value = Math.round(find(id, HTMLInputElement).valueAsNumber);
  return Number.isNaN(value) ? 0 : Math.min(MOST, Math.max(0, value));
}

const onChange = (id: string, change: () => Partial<Asked>) =>
  find(id, HTMLElement).addEventListener('change', () => ask(change()));
const act = (id: string, action: () => unknown) =>
  find(id, HTMLElement).addEventListener('click', () => void Promise.resolve(ready).then(action).catch(tell));

find('controls', HTMLFormElement).addEventListener('submit', (event) => event.preventDefault());
addSliders(find('sliders', HTMLElement), adjust);
find('chains', HTMLSelectElement).replaceChildren(
  ...Array.from({ length: MOST_CHAINS }, (_, i) => new Option(String(i + 1))),
);
act('walk', () => {
  if (chains.running || isOpening) {
    isOpening = false;
    chains.stop();
    state();
  } else if (chains.run && !chains.done) {
    void chains.go();
    state();
  } else return start();
});
act('anew', () => start());
act('others', () => {
  const { seed, chains: count, start: first } = asked;
  ask({ seed: Math.min(MOST, seed + count), ...(first !== undefined && { start: Math.min(MOST, first + count) }) });
});
act('add', () => {
  limitChannel();
  const unit = `${find('layer', HTMLSelectElement).value}:${find('channel', HTMLInputElement).value}`;
  if (!asked.want.includes(unit)) ask({ want: [...asked.want, unit] });
});
act('clear', () => ask({ mask: new Mask() }));
act('middle', () => ask({ mask: Mask.middle() }));
act('erase', () => {
  mask.erases = !mask.erases;
  find('erase', HTMLElement).ariaPressed = String(mask.erases);
});
act('to-world', () => {
  own = undefined;
  ask({});
});
find('net', HTMLSelectElement).addEventListener('change', ({ currentTarget }) => {
  if (!(currentTarget instanceof HTMLSelectElement)) return;
  openNet(currentTarget.value)
    .then(() => ask({ net: model.name }))
    .catch(tell);
});
find('layer', HTMLSelectElement).addEventListener('change', limitChannel);
find('brush', HTMLSelectElement).addEventListener('change', () => {
  mask.radius = Number(find('brush', HTMLSelectElement).value);
});
onChange('say', () => ({ say: find('say', HTMLInputElement).value.trim() }));
onChange('prior', () => ({
  prior: PRIORS.find((one) => one === find('prior', HTMLSelectElement).value) ?? DEFAULTS.prior,
}));
onChange('step', () => {
  const step = STEP_KINDS.find((one) => one === find('step', HTMLSelectElement).value) ?? DEFAULTS.step;
  return { step, rate: RATES[step] };
});
onChange('spread', () => {
  const spread = find('spread', HTMLInputElement).valueAsNumber;
  return { spread: spread >= 0 ? spread : DEFAULTS.spread };
});
onChange('chains', () => ({ chains: Number(find('chains', HTMLSelectElement).value) }));
onChange('seed', () => ({ seed: wholeOf('seed') }));
onChange('from', () => ({
  start: find('from', HTMLSelectElement).value === 'pictures' ? (asked.start ?? 0) : undefined,
}));
onChange('start', () => ({ start: wholeOf('start') }));
onChange('with-hole', () => ({ hole: find('with-hole', HTMLInputElement).checked ? (asked.hole ?? 0) : undefined }));
onChange('hole', () => ({ hole: wholeOf('hole') }));
listenForFiles(find('files', HTMLInputElement), ([file]) => void takeFile(file));
// For tests and debugging.
Object.assign(window, { ppgn: { chains, asked: () => asked, cards: () => cards } });

async function begin(): Promise<void> {
  await nets.read();
  const opened = await Promise.all(nets.names.map((name) => nets.open(name)));
  offered = opened.filter((net) => imageShape(net).join() === [3, SIDE, SIDE].join()).map(({ name }) => name);
  asked = readAddress(location.hash);
  const isHere = offered.includes(asked.net);
  const missing = `The net ‘${asked.net}’ does not come with this page. It has ${offered.join(', ')}.`;
  if (!isHere) asked = { ...asked, net: DEFAULTS.net };
  await openNet(asked.net);
  follow();
  void showAdapter().catch(tell);
  if (isHere) void start();
  else tell(missing);
}

async function showAdapter(): Promise<void> {
  const ctx = await pageContext();
  const where = ctx.traits.software ? 'on the CPU (software adapter), slower than on a GPU' : 'on the GPU';
  find('adapter', HTMLElement).textContent = `Computing ${where}: ${ctx.adapterName}.`;
}

const ready = begin().catch((error: unknown) => {
  problem.hidden = false;
  problem.textContent = error instanceof Error ? error.message : String(error);
});
