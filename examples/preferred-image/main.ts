// The studio: one picture or two side by side, the controls of the one that is chosen, and the pictures that were made before.
import { inspectModel, type Model, type Picture, PRESETS, recipeOf, unitLayers } from 'convscope';
import type { ModelFile } from 'convscope/importers';
import { CLASSES, worldImage } from 'convscope/world';
import { find } from '../shared/dom.js';
import { download, listenForFiles, readFiles } from '../shared/files.js';
import { Nets } from '../shared/nets.js';
import { pageContext } from '../shared/session.js';
import { firstUnit, sameUnit, UnitControls } from '../shared/unitControls.js';
import { type Asked, readAddress, writeAddress } from './address.js';
import { History, type Made } from './history.js';
import { parseWritten, readWritten, stepsOf, stoppedAt, type Written } from './recipes.js';
import { Side } from './side.js';
import { showParts } from './sliders.js';

const FIRST_NET = 'mini-caffenet';
/** What the second picture compares with the first: another way to the same unit. */
const OTHER_PRESETS = ['maco', 'spectrum', 'lucid'];
/** No built-in net was trained on this seed. */
const WORLD_SEED = 2;

const net = find('net', HTMLSelectElement);
const preset = find('preset', HTMLSelectElement);
const seed = find('seed', HTMLInputElement);
const images = find('images', HTMLSelectElement);
const steps = find('steps', HTMLInputElement);
const contrast = find('contrast', HTMLSelectElement);
const problem = find('problem', HTMLElement);

const nets = new Nets();
const kept = new History();
const sides: Side[] = [];
let chosen = 0;
/** Whose parts are on the page. A slider that moves does not show them anew. */
let shown: { readonly side: Side; readonly version: number } | undefined;

const side = (): Side => sides[chosen];

function show(error: unknown): void {
  problem.hidden = false;
  problem.textContent = error instanceof Error ? error.message : String(error);
}

/** Adds the next side. */
async function addSide({ net: name = FIRST_NET, ...asked }: Asked): Promise<Side> {
  const model = await nets.open(name);
  const unit = asked.unit ?? firstUnit(model);
  const added = new Side(
    sides.length === 0 ? 'A' : 'B',
    model,
    { ...asked, unit },
    { onChange: changed, onMade: keep },
  );
  added.startFrom(worldPicture(model, unit));
  sides.push(added);
  find('sides', HTMLElement).append(added.element);
  added.element.addEventListener('pointerdown', () => choose(sides.indexOf(added)));
  added.element.addEventListener('focusin', () => choose(sides.indexOf(added)));
  added.element.querySelector('[data-do="close"]')?.addEventListener('click', () => removeSecond());
  return added;
}

/** A picture of the world that shows the class, to start from. */
function worldPicture(model: Model, unit: string): Picture {
  const name = model.labels?.[Number(unit.split(':')[1])];
  const index = CLASSES.findIndex((one) => one.name === name);
  return worldImage(WORLD_SEED, 0, { class: Math.max(0, index), facet: 0 });
}

function choose(index: number): void {
  if (index === chosen || !sides[index]) return;
  chosen = index;
  follow();
}

async function compare(): Promise<void> {
  if (sides.length > 1) {
    removeSecond();
    return;
  }
  const [first] = sides;
  const other = OTHER_PRESETS.find((name) => name !== first.wanted.preset) ?? first.wanted.preset;
  const added = await addSide({ net: first.model.name, ...first.wanted, preset: other });
  chosen = 1;
  follow();
  void added.start();
}

function removeSecond(): void {
  sides.splice(1, 1)[0]?.close();
  chosen = 0;
  follow();
}

/** A side has changed: the controls follow, if they are its own. */
function changed(side: Side): void {
  if (sides.includes(side)) follow();
}

/** Shows the chosen side on the controls, and all in the address. */
function follow(): void {
  const current = side();
  const two = sides.length > 1;
  for (const [i, one] of sides.entries()) {
    one.element.classList.toggle('chosen', two && i === chosen);
    const close = one.element.querySelector('[data-do="close"]');
    if (close instanceof HTMLElement) close.hidden = i === 0;
  }
  document.body.classList.toggle('two', two);
  find('pick-a', HTMLElement).ariaPressed = String(chosen === 0);
  find('pick-b', HTMLElement).ariaPressed = String(chosen === 1);
  find('pick-b', HTMLElement).hidden = !two;
  find('compare', HTMLElement).ariaPressed = String(two);
  const { model, wanted } = current;
  const names = nets.names.includes(model.name) ? nets.names : [...nets.names, model.name];
  if (names.join() !== [...net.options].map(({ value }) => value).join()) {
    net.replaceChildren(...names.map((name) => new Option(name, name)));
  }
  net.value = model.name;
  find('net-text', HTMLElement).textContent = sizeOf(model);
  units.show(model, wanted.unit);
  showPreset(wanted.preset);
  seed.value = String(wanted.seeds[0]);
  images.value = String(wanted.seeds.length);
  steps.value = String(current.current.steps);
  contrast.value = current.contrast;
  find('preprocessing', HTMLElement).hidden = model.preprocessing.stated;
  if (shown?.side !== current || shown.version !== current.version) {
    shown = { side: current, version: current.version };
    const { index, count } = current.phases;
    find('phase', HTMLElement).textContent =
      count > 1 ? `phase ${index + 1} of ${count}` : 'sliders act while the image grows';
    showParts(
      find('parts', HTMLElement),
      current.current,
      () => current.current,
      (change) => current.adjust(change),
    );
  }
  writeAddress(sides.map(({ model: { name }, wanted: own }) => ({ net: name, wanted: own })));
}

const sizes = new WeakMap<Model, string>();

function sizeOf(model: Model): string {
  const known = sizes.get(model);
  if (known !== undefined) return known;
  const { parameters } = inspectModel(model);
  const text = `${unitLayers(model).layers.length} layers, ${(parameters / 1e6).toFixed(1)} M parameters`;
  sizes.set(model, text);
  return text;
}

function showPreset(name: string): void {
  const known = PRESETS.get(name);
  // A preset that compares with pictures of the class needs them from a folder: only the command has one.
  const offered = [...PRESETS.values()].flatMap((one) => (one.references ? [] : [one.name]));
  const options = [...offered, ...(known ? [] : [''])];
  if (options.join() !== [...preset.options].map(({ value }) => value).join()) {
    preset.replaceChildren(...options.map((option) => new Option(option || 'own recipe', option)));
  }
  preset.value = name;
  find('preset-text', HTMLElement).textContent = known?.text ?? 'A recipe from a file, which is no preset’s.';
  find('preset-source', HTMLElement).textContent = known
    ? `${known.source}. Changed here: ${known.changes}`
    : 'The parts below are all of it.';
}

/** A finished or stopped picture goes to the strip. */
async function keep(made: Made): Promise<void> {
  await kept.keep(made);
  showMade();
}

function showMade(): void {
  const all = [...kept.all].reverse();
  find('made', HTMLElement).replaceChildren(...all.map(thumbnail));
  find('made-none', HTMLElement).hidden = all.length > 0;
  find('clear', HTMLElement).hidden = all.length === 0;
  find('made-count', HTMLElement).textContent = all.length > 0 ? String(all.length) : '';
}

const addresses = new Map<number, { readonly picture: ArrayBuffer; readonly url: string }>();

function thumbnail(made: Made): HTMLElement {
  const item = document.createElement('li');
  const button = item.appendChild(document.createElement('button'));
  button.type = 'button';
  const known = addresses.get(made.id);
  if (known && known.picture !== made.picture) URL.revokeObjectURL(known.url);
  const url =
    known?.picture === made.picture ? known.url : URL.createObjectURL(new Blob([made.picture], { type: 'image/png' }));
  addresses.set(made.id, { picture: made.picture, url });
  const image = button.appendChild(document.createElement('img'));
  image.src = url;
  image.alt = '';
  const written: Written = JSON.parse(made.recipe);
  const caption = button.appendChild(document.createElement('span'));
  caption.textContent = made.title;
  const about = button.appendChild(document.createElement('span'));
  about.className = 'quiet';
  about.textContent = written.about?.preset ?? 'own recipe';
  button.title = `${made.title} · ${made.net} · ${about.textContent} · seed ${written.seeds.join(', ')} · ${stoppedAt(written) ?? stepsOf(written)} steps. Delete removes it.`;
  button.addEventListener('click', () => void recall(made));
  button.addEventListener('keydown', ({ key }) => {
    if (key === 'Delete') void kept.remove(made.id).then(showMade);
  });
  return item;
}

async function recall(made: Made): Promise<void> {
  try {
    const written = parseWritten(made.recipe);
    const current = side();
    const model = current.model.name === made.net ? current.model : await nets.open(made.net);
    problem.hidden = true;
    current.recall(made, written, model);
  } catch (error) {
    show(error);
  }
}

/** Opens a recipe with its net, if that is here, and runs it. */
async function openWritten(written: Written): Promise<void> {
  const current = side();
  const wanted = written.about?.model;
  const model = wanted !== undefined && nets.names.includes(wanted) ? await nets.open(wanted) : current.model;
  if (wanted !== undefined && wanted !== model.name) {
    show(`The recipe was made with the net '${wanted}', which is not here: it runs on ${model.name}.`);
  }
  current.take(written, model);
  await current.start();
}

async function openNet(name: string): Promise<void> {
  const current = side();
  const model = await nets.open(name);
  const unit = sameUnit(current.wanted.unit || firstUnit(current.model), current.model, model);
  current.ask({ unit }, model);
}

/** Handles dropped files: our pictures and recipes, other pictures, nets and what belongs to them. */
async function takeFiles(files: File[]): Promise<void> {
  const progress = find('progress', HTMLProgressElement);
  progress.hidden = false;
  problem.hidden = true;
  try {
    // A file may be dropped before the first net is here.
    await ready;
    const read = await readFiles(files, (share) => {
      progress.value = share;
    });
    const written = read.map(writtenIn).find((found) => found !== undefined);
    if (written) {
      await openWritten(written);
      return;
    }
    const picture = files.find(({ type }) => type.startsWith('image/'));
    if (picture) {
      await startFrom(picture);
      return;
    }
    const taken = await nets.take(read);
    if ('missing' in taken) {
      show(taken.missing);
      return;
    }
    side().ask({ unit: firstUnit(taken) }, taken);
  } catch (error) {
    show(error);
  } finally {
    progress.hidden = true;
  }
}

/** The recipe in a file of ours: JSON, or the text of a PNG. Labels are JSON too. */
function writtenIn({ name, bytes }: ModelFile): Written | undefined {
  if (/\.png$/i.test(name)) {
    const recipe = recipeOf(bytes);
    return recipe && readWritten(recipe);
  }
  if (!/\.json$/i.test(name)) return undefined;
  const text = new TextDecoder().decode(bytes);
  return text.includes('"method"') ? parseWritten(text) : undefined;
}

/** A picture of one's own becomes the start, by the preset that starts from one. */
async function startFrom(file: File): Promise<void> {
  const bitmap = await createImageBitmap(file);
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  const context = canvas.getContext('2d');
  if (!context) throw new Error('the browser has no 2D canvas');
  context.drawImage(bitmap, 0, 0);
  const current = side();
  current.startFrom(context.getImageData(0, 0, canvas.width, canvas.height));
  const starting = [...PRESETS.values()].find((one) => one.picture);
  const name = PRESETS.get(current.wanted.preset)?.picture ? current.wanted.preset : starting?.name;
  if (name !== undefined) current.ask({ preset: name });
}

function preprocessingChanged(): void {
  const order = find('order', HTMLSelectElement).value;
  const list = (id: string) => find(id, HTMLInputElement).value.split(',').map(Number);
  const [mean, scale] = [list('mean'), list('scale')];
  if ([...mean, ...scale].some((v) => !Number.isFinite(v))) {
    show('mean and scale are numbers, separated by commas');
    return;
  }
  const channels = order === 'bgr' || order === 'gray' ? order : 'rgb';
  const { model } = side();
  const given = { mean, scale: scale.length === 1 ? scale[0] : scale, order: channels } as const;
  const next = { ...model, preprocessing: { ...model.preprocessing, ...given } };
  nets.put(next);
  side().ask({}, next);
}

const size = () => ({
  times: Number(find('times', HTMLSelectElement).value),
  smooth: find('smooth', HTMLSelectElement).value !== '',
});

async function savePng(): Promise<void> {
  for (const { name, file } of await side().pngs(size())) download(name, file);
}

async function saveMoving(): Promise<void> {
  const button = find('moving', HTMLButtonElement);
  button.disabled = true;
  try {
    const made = await side().moving(size());
    if (made) download(made.name, made.file);
    else show('The way to this picture is not here: start it, and save its film then.');
  } finally {
    button.disabled = false;
  }
}

async function saveRecipe(): Promise<void> {
  const json = await side().recipe();
  download('recipe.json', new Blob([json], { type: 'application/json' }));
}

const act = (id: string, action: () => unknown) =>
  find(id, HTMLElement).addEventListener('click', () => {
    problem.hidden = true;
    Promise.resolve(action()).catch(show);
  });

const units = new UnitControls((unit) => side().ask({ unit }));
act('pick-a', () => choose(0));
act('pick-b', () => choose(1));
act('compare', compare);
act('png', savePng);
act('moving', saveMoving);
act('recipe', saveRecipe);
act('clear', async () => {
  await kept.clear();
  showMade();
});
net.addEventListener('change', () => void openNet(net.value).catch(show));
preset.addEventListener('change', () => side().ask({ preset: preset.value }));
for (const control of [seed, images]) {
  control.addEventListener('change', () => {
    const first = seed.valueAsNumber || 0;
    side().ask({ seeds: Array.from({ length: Number(images.value) }, (_, i) => first + i) });
  });
}
steps.addEventListener('change', () => side().adjust({ steps: Math.max(1, Math.round(steps.valueAsNumber) || 1) }));
contrast.addEventListener('change', () => {
  side().contrast = contrast.value === 'auto' ? 'auto' : 'pixels';
});
find('smooth', HTMLSelectElement).addEventListener('change', () => {
  document.body.classList.toggle('squares', !size().smooth);
});
for (const id of ['mean', 'scale', 'order']) find(id, HTMLElement).addEventListener('change', preprocessingChanged);
listenForFiles(find('files', HTMLInputElement), (files) => void takeFiles(files));
// For tests and debugging.
Object.assign(window, { studio: { sides, kept } });

async function begin(): Promise<void> {
  await nets.read();
  const { a, b } = readAddress(location.hash);
  // A link may name a net that was dropped there.
  const here = (asked: Asked): Asked => {
    if (asked.net === undefined || nets.names.includes(asked.net)) return asked;
    show(`The net '${asked.net}' does not come with this page: drop its files to see its units.`);
    return {};
  };
  const first = await addSide(here(a));
  const second = b && (await addSide(here(b)));
  follow();
  void first.start();
  void second?.start();
  void showAdapter().catch(show);
}

async function showAdapter(): Promise<void> {
  const ctx = await pageContext();
  const where = ctx.traits.software ? 'on the CPU (software adapter), slower than on a GPU' : 'on the GPU';
  find('adapter', HTMLElement).textContent = `Computing ${where}: ${ctx.adapterName}.`;
}

void kept.read().then(showMade);
const ready = begin().catch(show);
