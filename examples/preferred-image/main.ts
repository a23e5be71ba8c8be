// The page: a net, a unit, a recipe, and the run that follows them.
import {
  aboutRun,
  classesOf,
  createRecipe,
  inspectModel,
  type Model,
  type Preprocessing,
  parseRecipe,
  type Recipe,
  rowFor,
  toPicture,
  unitLayers,
  VERSION,
  withRecipe,
} from 'convscope';
import {
  importModel,
  knownNets,
  LABEL_ENDINGS,
  type ModelFile,
  readBinaryproto,
  readLabels,
  readNpy,
} from 'convscope/importers';
import { find } from '../shared/dom.js';
import { download, listenForFiles, readFiles } from '../shared/files.js';
import { miniCaffenet } from '../shared/miniCaffenet.js';
import { worldStrip } from '../shared/worldStrip.js';
import { createCurve } from './curve.js';
import { Session } from './session.js';
import { createSliders } from './sliders.js';

const layer = find('layer', HTMLSelectElement);
const channel = find('channel', HTMLInputElement);
const [y, x] = [find('y', HTMLInputElement), find('x', HTMLInputElement)];
const preset = find('preset', HTMLSelectElement);
const seed = find('seed', HTMLInputElement);
const images = find('images', HTMLSelectElement);
const start = find('start', HTMLButtonElement);
const problem = find('problem', HTMLElement);
const curve = createCurve(find('curve', HTMLElement));
const text = (id: string, value: string) => {
  find(id, HTMLElement).textContent = value;
};

/** Runs until stopped, so that a newcomer can watch as long as they like. */
const ENDLESS = 1_000_000;

let model: Model = await miniCaffenet();
let recipe: Recipe = fromControls();
let dropped: ModelFile[] = [];

const session = new Session(find('canvas', HTMLCanvasElement), {
  onTrace(rows, stepsPerSecond) {
    const last = rows[0][rows[0].length - 1];
    if (!last) return;
    curve.add(rows[0]);
    text('step', String(last.step + 1));
    text('objective', last.objective.toPrecision(4));
    text('majority', last.isMax ? 'yes' : 'no');
    text('speed', stepsPerSecond.toFixed(stepsPerSecond < 10 ? 1 : 0));
    best = Math.max(best, ...rows[0].map((r) => r.objective));
    text('best', best.toPrecision(4));
  },
  onDone() {
    start.textContent = 'Start';
    void session.ascent?.outcome().then(([{ stuck }]) => {
      if (stuck)
        show(
          new Error('The gradient is exactly zero: this unit cannot be raised from here. Try another seed or unit.'),
        );
    });
  },
  onStarts(starts) {
    const odd = starts.filter(({ by }) => by !== 'noise');
    problem.hidden = odd.length === 0;
    problem.textContent = odd.map(({ text }) => `${recipe.unit}: ${text}.`).join(' ');
    // A dead start is noise, not a picture of the unit.
    document.body.classList.toggle(
      'dead',
      starts.every(({ by }) => by === 'dead'),
    );
  },
  onError: show,
  onContext(ctx) {
    const where = ctx.traits.software ? 'on the CPU (software adapter), slower than on a GPU' : 'on the GPU';
    text('adapter', `Computing ${where}: ${ctx.adapterName}.`);
  },
});
let best = Number.NEGATIVE_INFINITY;

const showSliders = createSliders(
  find('sliders', HTMLElement),
  () => recipe,
  (change) => {
    recipe = { ...recipe, ...change };
    attempt(() => session.ascent?.adjust(change));
  },
);

/** The recipe for the selected unit, preset and seed. The sliders follow it. */
function fromControls(): Recipe {
  const first = seed.valueAsNumber || 0;
  const place = y.value !== '' && x.value !== '' ? `:${y.value},${x.value}` : '';
  return {
    ...createRecipe({
      unit: `${layer.value || 'fc8'}:${channel.value || 0}${place}`,
      preset: preset.value,
      seeds: Array.from({ length: Number(images.value) }, (_, i) => first + i),
    }),
    steps: ENDLESS,
  };
}

/** Compiles and runs the recipe from its start. */
async function restart(): Promise<void> {
  problem.hidden = true;
  best = Number.NEGATIVE_INFINITY;
  curve.clear();
  for (const id of ['objective', 'best', 'majority', 'speed']) text(id, '–');
  text('step', '0');
  showSliders(recipe);
  const wasStopped = start.textContent === 'Start' && session.ascent !== undefined;
  session.stop();
  try {
    if ((await session.open(model, recipe)) && !wasStopped) go();
  } catch (error) {
    show(error);
  }
}

function go(): void {
  start.textContent = 'Stop';
  void session.run();
}

function show(error: unknown): void {
  problem.hidden = false;
  problem.textContent = error instanceof Error ? error.message : String(error);
  session.stop();
  start.textContent = 'Start';
}

function attempt(action: () => void): void {
  try {
    action();
    problem.hidden = true;
  } catch (error) {
    show(error);
  }
}

/** Fills the unit controls for a new net. */
function showModel(wanted?: string): void {
  const report = inspectModel(model);
  // The toolbox's list: an in-place layer appears as its blob. A link may name the layer itself.
  const listed = unitLayers(model).layers.map((l) => ({ name: l.layer, shape: [1, ...l.shape] }));
  const named = report.layers.find(({ name }) => name === wanted && !listed.some((l) => l.name === name));
  layer.replaceChildren(
    ...[...listed, ...(named ? [named] : [])].map(({ name, shape }) => {
      const option = new Option(`${name}  [${shape.slice(1).join('×')}]`, name);
      option.dataset.shape = shape.join();
      return option;
    }),
  );
  layer.value = wanted && (named || listed.some((l) => l.name === wanted)) ? wanted : (listed.at(-1)?.name ?? '');
  text('net', `${model.name}: ${listed.length} layers, ${(report.parameters / 1e6).toFixed(1)} M parameters`);
  find('preprocessing', HTMLElement).hidden = model.preprocessing.stated;
  showUnit();
}

/** Updates the limits of the unit controls for the selected layer, and the class name. */
function showUnit(): void {
  const [, C, H = 1, W = 1] = (layer.selectedOptions[0]?.dataset.shape ?? '1,1').split(',').map(Number);
  channel.max = String(C - 1);
  if (channel.valueAsNumber > C - 1) channel.value = '0';
  for (const [input, size] of [
    [y, H],
    [x, W],
  ] as const) {
    input.max = String(size - 1);
    input.placeholder = String(Math.floor(size / 2));
    if (input.valueAsNumber > size - 1) input.value = '';
  }
  for (const label of document.querySelectorAll<HTMLElement>('.map')) label.hidden = H * W === 1;
  const names = model.labels?.length === C ? model.labels : undefined;
  const name = names?.[channel.valueAsNumber] ?? '';
  text('label', name);
  find('world', HTMLElement).replaceChildren(...worldStrip(name));
}

function unitChanged(): void {
  showUnit();
  // The recorded start belongs to another unit.
  const { starts: _, ...rest } = recipe;
  recipe = { ...rest, unit: fromControls().unit };
  location.replace(`#${new URLSearchParams({ unit: recipe.unit, preset: preset.value, seed: seed.value })}`);
  void restart();
}

/** Handles dropped files: a net, its companions, or a recipe. */
async function takeFiles(files: File[]): Promise<void> {
  const progress = find('progress', HTMLProgressElement);
  const before = dropped;
  progress.hidden = false;
  try {
    const read = await readFiles(files, (share) => {
      progress.value = share;
    });
    const json = read.find(isRecipe);
    if (json) {
      recipe = parseRecipe(new TextDecoder().decode(json.bytes));
      layer.value = recipe.unit.split(':')[0];
      showUnit();
      await restart();
      return;
    }
    // The parts of a net may come one after another. A part replaces an earlier one of the same kind.
    const kind = (name: string) => name.slice(name.lastIndexOf('.')).toLowerCase();
    dropped = [
      ...dropped.filter((old) => !read.some((f) => kind(f.name) === kind(old.name) || isWhole(f.name))),
      ...read,
    ];
    const nets = dropped.filter(
      (f) => isWhole(f.name) || kind(f.name) === '.prototxt' || kind(f.name) === '.caffemodel',
    );
    if (nets.length === 1 && kind(nets[0].name) === '.caffemodel') {
      text('net', `${nets[0].name} is here; drop its .prototxt too`);
      return;
    }
    const [labels] = dropped.filter((f) => LABEL_ENDINGS.includes(kind(f.name))).slice(-1);
    // All files, because external weights may have no extension of their own.
    model = importModel(nets.length > 0 ? dropped : read, {
      preprocessing: preprocessingOf(dropped),
      known: await knownNets(),
    });
    if (labels) model = { ...model, labels: readLabels(labels.name, labels.bytes, classesOf(model)) };
    showModel();
    channel.value = '0';
    y.value = '';
    x.value = '';
    unitChanged();
  } catch (error) {
    // Unreadable files must not affect the next drop.
    dropped = before;
    show(error);
  } finally {
    progress.hidden = true;
  }
}

/** Recipes and labels are both JSON. */
const isRecipe = ({ name, bytes }: ModelFile): boolean =>
  name.endsWith('.json') && new TextDecoder().decode(bytes).includes('"method"');
const isWhole = (name: string): boolean => /\.(onnx|safetensors)$/i.test(name);

/** The mean from a dropped file, or else from the fields if the net does not state it. */
function preprocessingOf(files: readonly ModelFile[]): Partial<Preprocessing> {
  const binary = files.find((f) => f.name.endsWith('.binaryproto'));
  if (binary) return { mean: readBinaryproto(binary.bytes), stated: true };
  const npy = files.find((f) => f.name.endsWith('.npy'));
  if (!npy) return {};
  const { shape, data } = readNpy(npy.bytes);
  const values = Float32Array.from(data, Number);
  return { mean: shape.length === 1 ? Array.from(values) : { shape: shape.slice(-3), data: values }, stated: true };
}

function preprocessingChanged(): void {
  const order = find('order', HTMLSelectElement).value;
  const list = (id: string) => find(id, HTMLInputElement).value.split(',').map(Number);
  const [mean, scale] = [list('mean'), list('scale')];
  if ([...mean, ...scale].some((v) => !Number.isFinite(v))) {
    show(new Error('mean and scale are numbers, separated by commas'));
    return;
  }
  const channels = order === 'bgr' || order === 'gray' ? order : 'rgb';
  model = {
    ...model,
    preprocessing: { ...model.preprocessing, mean, scale: scale.length === 1 ? scale[0] : scale, order: channels },
  };
  void restart();
}

async function downloadPng(): Promise<void> {
  const { ascent } = session;
  if (!ascent) return;
  const all = await ascent.read('last');
  const size = all.length / ascent.recipe.seeds.length;
  for (const [i, one] of ascent.recipe.seeds.entries()) {
    if (ascent.recipe.starts?.[i].by === 'dead') continue;
    const { width, height, data } = toPicture(all.subarray(i * size, (i + 1) * size), model, 'auto');
    const canvas = new OffscreenCanvas(width, height);
    canvas.getContext('2d')?.putImageData(new ImageData(data, width, height), 0, 0);
    const png = new Uint8Array(await (await canvas.convertToBlob()).arrayBuffer());
    const whole = await recipeNow();
    const own = { ...whole, seeds: [one], ...(whole.starts && { starts: [whole.starts[i]] }) };
    const carrying = withRecipe(png, {
      ...own,
      about: { ...own.about, picture: { snapshot: 'last', contrast: 'auto' } },
    });
    download(`${recipe.unit.replace(/[^\w]+/g, '_')}_seed${one}.png`, new Blob([carrying], { type: 'image/png' }));
  }
}

/** What makes the images on the page again. */
async function recipeNow() {
  const { ascent } = session;
  // The number of steps so far, so that it reproduces the picture on the page.
  const steps = Math.max(1, ascent?.steps ?? 1);
  const about = ascent ? await aboutRun(ascent.plan.context, model) : { convscope: VERSION, model: model.name };
  return { ...recipe, ...startsOf(session), steps, about };
}

async function downloadRecipe(): Promise<void> {
  const json = JSON.stringify(await recipeNow(), undefined, 2);
  download('recipe.json', new Blob([json], { type: 'application/json' }));
}

/** How dead starts were handled, which is needed to make the picture again. */
const startsOf = ({ ascent }: Session): Pick<Recipe, 'starts'> =>
  ascent?.recipe.starts ? { starts: ascent.recipe.starts } : {};

start.addEventListener('click', () => {
  if (session.running) {
    session.stop();
    start.textContent = 'Start';
  } else if (session.ascent) go();
  else void restart();
});
find('reset', HTMLButtonElement).addEventListener('click', () => void restart());
find('reseed', HTMLButtonElement).addEventListener('click', () => {
  seed.value = String((seed.valueAsNumber || 0) + Number(images.value));
  recipe = { ...recipe, seeds: fromControls().seeds };
  unitChanged();
});
find('png', HTMLButtonElement).addEventListener('click', () => void downloadPng());
find('recipe', HTMLButtonElement).addEventListener('click', () => void downloadRecipe());
for (const control of [layer, channel, y, x]) {
  control.addEventListener('change', () => {
    if (control === layer) {
      y.value = '';
      x.value = '';
    }
    unitChanged();
  });
}
for (const control of [preset, seed, images]) {
  control.addEventListener('change', () => {
    recipe = fromControls();
    unitChanged();
  });
}
for (const id of ['mean', 'scale', 'order'])
  document.getElementById(id)?.addEventListener('change', preprocessingChanged);
listenForFiles(find('files', HTMLInputElement), (files) => void takeFiles(files));
// For tests and debugging.
Object.assign(window, { convscope: { session } });

const shared = new URLSearchParams(location.hash.slice(1));
preset.value = shared.get('preset') ?? (rowFor(model) === 'small' ? '5' : '3');
seed.value = shared.get('seed') ?? '0';
const [unitLayer = 'fc8', unitChannel = '1', unitPlace = ''] = (shared.get('unit') ?? '').split(':').filter(Boolean);
showModel(unitLayer);
channel.value = unitChannel;
[y.value = '', x.value = ''] = unitPlace.split(',');
showUnit();
recipe = fromControls();
void restart();
