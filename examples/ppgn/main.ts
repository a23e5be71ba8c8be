// Chains of samples: what is wanted, how they step, where they start, a hole to paint into; and the chains themselves.
import { DeviceLostError, imageShape, type Model, type Picture } from 'convscope';
import { decodePicture, pixelsOf } from '../shared/decode.js';
import { find } from '../shared/dom.js';
import { listenForFiles } from '../shared/files.js';
import { Nets } from '../shared/nets.js';
import { pageContext, renewContext } from '../shared/session.js';
import { type Asked, DEFAULTS, MOST, readAddress, type Weights, writeAddress } from './address.js';
import { Card, type Sample } from './card.js';
import { Chains, type Frame } from './chains.js';
import { listenToControls, type Own, showAsked, showStep } from './controls.js';
import { codeNumbers, codesOf, netsFor, worldPicture } from './given.js';
import { Mask, SIDE } from './mask.js';
import { MaskView } from './maskView.js';
import { recipeFrom } from './recipeFile.js';
import { openRecipe, studyOf, titleOf } from './recipes.js';
import { type Started, saveSample } from './saveSample.js';
import { addSliders } from './sliders.js';
import { limitChannel, pickedUnit, showLayers } from './unitPicker.js';

/** A chain goes on until it is paused: this is a day. */
const STEPS = 1_000_000;
/** Weight of the last pace in the mean over time. */
const SMOOTHING = 0.2;

const problem = find('problem', HTMLElement);
const nets = new Nets();
/** Nets that take what the generator draws. */
let offered: readonly string[] = [];
let model: Model;
let asked: Asked;
/** Steps of an opened sample whose picture has not come yet. */
let awaited: number | undefined;
let own: Own | undefined;
let cards: readonly Card[] = [];
/** Sliders were moved since the start. */
let isMoved = false;
let isOpening = false;
let pace = 0;
let turn = 0;
/** What is around the hole of the chains that walk. */
let around: { readonly picture: Picture; readonly mask: Mask } | undefined;

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
function ask(change: Partial<Asked>, until?: number): void {
  asked = { ...asked, ...change };
  follow();
  void start(until);
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
    const onSave = (sample: Sample, as: 'png' | 'recipe') => void saveSample(started, sample, as).catch(tell);
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
  showStep(asked);
  writeAddress(asked);
}

/** Puts what is asked for on the controls and in the address. */
function follow(): void {
  showAsked(asked, { model, offered, own, pictureAt, mask }, ask);
  state();
  writeAddress(asked);
}

async function openNet(name: string): Promise<void> {
  model = await nets.open(name);
  showLayers(model);
}

/** Opens a recipe, or takes a picture of the user's. */
async function takeFile(file: File): Promise<void> {
  await ready;
  try {
    const data = await recipeFrom(file);
    if (data) await openSample(data);
    else await takePicture(file);
  } catch (error) {
    tell(error);
  }
}

async function openSample(data: Readonly<Record<string, unknown>>): Promise<void> {
  const opened = await openRecipe(data, (name) => nets.open(name));
  await openNet(opened.asked.net);
  asked = opened.asked;
  if (own?.name !== opened.own) own = undefined;
  awaited = opened.own !== undefined && own === undefined ? opened.steps : undefined;
  follow();
  await start(opened.steps);
  if (problem.hidden) remark(opened.remark);
}

/** A picture of the user's stands in the place of the world's: for a hole where there is one, else as the start. */
async function takePicture(file: File): Promise<void> {
  const { bitmap } = await decodePicture(file, file.name);
  own = { name: file.name, picture: pixelsOf(bitmap, SIDE, SIDE) };
  bitmap.close();
  const until = awaited;
  awaited = undefined;
  ask(asked.hole === undefined ? { start: asked.start ?? 0 } : {}, until);
}

const act = (id: string, action: () => unknown) =>
  find(id, HTMLElement).addEventListener('click', () => void Promise.resolve(ready).then(action).catch(tell));

listenToControls(ask, () => asked);
addSliders(find('sliders', HTMLElement), adjust);
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
  const unit = pickedUnit(model);
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
find('layer', HTMLSelectElement).addEventListener('change', () => limitChannel(model));
find('brush', HTMLSelectElement).addEventListener('change', () => {
  mask.radius = Number(find('brush', HTMLSelectElement).value);
});
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
