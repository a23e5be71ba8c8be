// The facets of a unit: what is asked for, the search, the map of its pictures, and a card for each facet.
import {
  codeNames,
  DeviceLostError,
  type Facets,
  type FacetsOptions,
  facetOf,
  imageShape,
  type Model,
  OptionError,
  PRESETS,
  preferredStudy,
  type SetImage,
  toSpecs,
  unitLayers,
} from 'convscope';
import { CLASSES } from 'convscope/world';
import { find } from '../shared/dom.js';
import { listenForFiles, readFiles } from '../shared/files.js';
import { Nets } from '../shared/nets.js';
import { fileSet, type PictureSet, worldSet } from '../shared/pictureSet.js';
import { pageContext, renewContext } from '../shared/session.js';
import { className, firstUnit, sameUnit, UnitControls, unitTitle } from '../shared/unitControls.js';
import { type Asked, oneOf, RANGES, readAddress, writeAddress } from './address.js';
import { Card, type Shown } from './card.js';
import { colourOf } from './colours.js';
import { fromTheMiddle, type Point } from './geometry.js';
import { MapView, type Tool } from './mapView.js';
import { showPeek } from './peek.js';
import { type Progress, readSet, searchFacets } from './search.js';

const FIRST_NET = 'mini-caffenet';
/** A class of the world with two facets, which the built-in nets tell apart (docs/facets.md). */
const FIRST_CLASS = 'market';
const FIRST_PRESET = 'spectrum';
/** Pictures of the world, where none are told: those of a class, and those among which the most active are sought. */
const PICTURES = { class: 200, all: 600 };

/** What is on the map. */
interface Result extends Shown {
  readonly cards: Card[];
}

const nets = new Nets();
const units = new UnitControls((unit) => ask({ unit }), { places: false });
const net = find('net', HTMLSelectElement);
const problem = find('problem', HTMLElement);
const map = new MapView(find('map', HTMLCanvasElement), {
  onPoint: (index, place) => peek(index, place),
  onChosen: (indices) => void byHand(indices).catch(show),
  onPicked: (count) => {
    const button = find('picked', HTMLElement);
    button.hidden = count === 0;
    button.textContent = `Make a facet of ${count}`;
  },
});

let model: Model;
let asked: Asked & { readonly unit: string };
let own: PictureSet | undefined;
let result: Result | undefined;
let search: AbortController | undefined;

function show(error: unknown): void {
  problem.hidden = false;
  problem.textContent = error instanceof Error ? error.message : String(error);
}

function remark(words: string): void {
  const element = find('remark', HTMLElement);
  element.hidden = words === '';
  element.textContent = words;
}

/** Another unit or way; what is undefined is left to the defaults. */
function ask({ unit = asked.unit, ...change }: Asked): void {
  asked = { ...asked, ...change, unit };
  follow();
}

/** Puts what is asked for on the controls and in the address. */
function follow(): void {
  const { net: _, unit, ...way } = asked;
  const { pictures, choose, count, k, scale, on, preset } = way;
  net.replaceChildren(...nets.names.map((name) => new Option(name, name)));
  net.value = model.name;
  units.show(model, unit);
  const isClass = className(model, unit) !== undefined;
  find('source', HTMLElement).textContent = own
    ? `${own.length} pictures of yours.`
    : worldClass() === undefined
      ? 'Pictures of the toy world, of all classes.'
      : `Pictures of the toy world that show a ${className(model, unit)}.`;
  find('pictures-label', HTMLElement).hidden = own !== undefined;
  find('to-world', HTMLElement).hidden = own === undefined;
  find('pictures', HTMLInputElement).value = String(
    pictures ?? (worldClass() === undefined ? PICTURES.all : PICTURES.class),
  );
  find('choose', HTMLSelectElement).value = choose ?? '';
  find('count-label', HTMLElement).hidden = choose === undefined ? isClass : choose !== 'active';
  find('count', HTMLInputElement).value = count === undefined ? '' : String(count);
  find('k', HTMLSelectElement).value = k === undefined ? '' : String(k);
  find('scale', HTMLSelectElement).value = scale ?? 'unit';
  find('on', HTMLSelectElement).value = on ?? 'components';
  find('preset', HTMLSelectElement).value = preset ?? FIRST_PRESET;
  const codes = find('codes', HTMLInputElement);
  codes.value = asked.codes?.join(', ') ?? '';
  codes.placeholder = defaultCodes().join(', ');
  writeAddress({ net: model.name, unit, ...way });
}

/** The class of the world that the unit is, by its place in `CLASSES`. */
function worldClass(): number | undefined {
  const name = className(model, asked.unit);
  const index = CLASSES.findIndex((one) => one.name === name);
  return index < 0 ? undefined : index;
}

function defaultCodes(): readonly string[] {
  try {
    return codeNames(model, asked.unit);
  } catch (error) {
    // A net without layers before its scores has no default: its user chooses.
    if (error instanceof OptionError) return [];
    throw error;
  }
}

/** Makes another net the one that is asked about. */
async function openNet(next: Model, unit?: string): Promise<void> {
  const before = model;
  const names: readonly string[] = unitLayers(next).layers.map(({ layer }) => layer);
  model = next;
  const known = asked.codes?.every((code) => names.includes(code.replace(/@.*$/, '')));
  ask({
    unit: unit ?? (before ? sameUnit(asked.unit, before, next) : firstUnit(next, FIRST_CLASS)),
    codes: known ? asked.codes : undefined,
  });
}

/** Searches anew; a search that goes on is ended. */
async function start(): Promise<void> {
  search?.abort();
  const mine = new AbortController();
  search = mine;
  problem.hidden = true;
  remark('');
  state();
  try {
    await searchFor(model, mine.signal);
  } catch (error) {
    if (mine.signal.aborted) return;
    if (error instanceof DeviceLostError) await renewContext(await pageContext());
    show(inWords(error));
  } finally {
    if (search === mine) search = undefined;
    state();
  }
}

async function searchFor(wanted: Model, signal: AbortSignal): Promise<void> {
  const options = optionsOf(asked);
  const preset = asked.preset ?? FIRST_PRESET;
  const [, H, W] = imageShape(wanted);
  const unread: string[] = [];
  const set = own ?? worldSet(Math.min(H, W), find('pictures', HTMLInputElement).valueAsNumber, worldClass());
  const pictures = await readSet(set, signal, tell, (words) => unread.push(words));
  if (signal.aborted) return;
  const ctx = await pageContext();
  const found = await searchFacets(ctx, wanted, pictures, { ...options, signal }, tell);
  if (!found) return;
  if (unread.length > 0) remark(`${unread.length} could not be read, and were left out. ${unread[0]}`);
  present({ model: wanted, found, pictures, preset, cards: [] });
}

/** What the library is told; where nothing is said, it takes its defaults. */
function optionsOf({ unit, choose, count, k, codes, scale, on }: typeof asked): FacetsOptions {
  return {
    unit,
    choose: choose ?? (className(model, unit) === undefined ? 'active' : 'class'),
    ...(count !== undefined && { count }),
    ...(k !== undefined && { k }),
    ...(codes && { codes }),
    ...(scale && { scale }),
    ...(on && { on }),
  };
}

/** The likely troubles: what to do about them on this page. */
function inWords(error: unknown): unknown {
  if (!(error instanceof OptionError)) return error;
  if (asked.codes === undefined && defaultCodes().length === 0) {
    find('more', HTMLDetailsElement).open = true;
    return `'${model.name}' has no layers before scores of classes: name the codes that are compared, below.`;
  }
  if (!/^codes needs/.test(error.message)) return error;
  const title = unitTitle(model, asked.unit);
  return optionsOf(asked).choose === 'class'
    ? `Too few pictures to group: the net takes hardly any of them for ‘${title}’. Take more, choose ‘all’ or ‘most active’, or drop pictures of it.`
    : 'Too few pictures to group: there must be 3 at least, and no fewer than facets.';
}

function tell({ text, share }: Progress): void {
  find('progress', HTMLProgressElement).value = share;
  find('progress-text', HTMLElement).textContent = text;
}

/** Shows or hides what belongs to a search that goes on. */
function state(): void {
  const isOn = search !== undefined;
  find('cancel', HTMLElement).hidden = !isOn;
  find('find', HTMLElement).textContent = isOn ? 'Find again' : 'Find facets';
  const pane = find('progress-pane', HTMLElement);
  if (isOn && pane.hidden) tell({ text: 'Starting', share: 0 });
  pane.hidden = !isOn;
}

/** Puts what was found on the map, and a card for each facet beside it. */
function present(next: Result): void {
  for (const card of result?.cards ?? []) card.close();
  result = next;
  const { found, pictures } = next;
  const of = found.images.length;
  find('title', HTMLElement).textContent =
    `${unitTitle(next.model, found.unit)} of ${next.model.name}: ${of} of ${pictures.length} pictures in ${found.k} facets, silhouette ${found.silhouette.toFixed(2)}`;
  find('empty', HTMLElement).hidden = true;
  map.show(
    found.images.map(({ id, facet, at }) => {
      const { name, canvas } = pictures[Number(id)];
      return { at, facet, name, canvas };
    }),
  );
  find('cards', HTMLElement).replaceChildren();
  find('told', HTMLElement).textContent = `Found ${found.k} facets of ${of} pictures.`;
  for (const [number, facet] of found.facets.entries()) add(new Card(number, facet, next, cardEvents));
}

const cardEvents = {
  onLook: (card: Card | undefined) => map.emphasize(card && placesOf(card)),
  onRemove: (card: Card) => {
    card.close();
    result?.cards.splice(result.cards.indexOf(card), 1);
    map.emphasize(undefined);
    cardsChanged();
  },
  onState: () => growthChanged(),
};

/** Places on the map of a facet's pictures. */
function placesOf({ facet }: Card): readonly number[] {
  const members = new Set(facet.members);
  return result?.found.images.flatMap(({ id }, i) => (members.has(id) ? [i] : [])) ?? [];
}

function add(card: Card): void {
  result?.cards.push(card);
  const list = find('cards', HTMLElement);
  // One by hand stands where it is seen at once.
  if (card.byHand) list.prepend(card.element);
  else list.append(card.element);
  cardsChanged();
  void card.grow();
}

function cardsChanged(): void {
  const cards = result?.cards ?? [];
  map.ring(new Map(cards.flatMap((card) => (card.byHand ? placesOf(card).map((i) => [i, card.number] as const) : []))));
  find('cards-none', HTMLElement).hidden = cards.length > 0;
  find('facet-count', HTMLElement).textContent = cards.length > 0 ? String(cards.length) : '';
  growthChanged();
}

function growthChanged(): void {
  const cards = result?.cards ?? [];
  const button = find('grow-all', HTMLElement);
  button.hidden = cards.every((card) => card.isDone);
  button.textContent = cards.some((card) => card.isGrowing) ? 'Pause all' : 'Grow all';
}

/** A facet of pictures of the map, by their places there: those in their middle are nearest. */
async function byHand(indices: readonly number[]): Promise<void> {
  const current = result;
  if (!current || indices.length === 0) {
    find('told', HTMLElement).textContent = 'There is no picture in the loop.';
    return;
  }
  const { found, pictures } = current;
  const order = fromTheMiddle(indices.map((i) => found.images[i].at));
  const images = order.map((i): SetImage => {
    const { id } = found.images[indices[i]];
    return { id, picture: pictures[Number(id)].picture };
  });
  const facet = await facetOf(await pageContext(), current.model, images);
  if (result !== current) return;
  const number = Math.max(...current.cards.map((card) => card.number)) + 1;
  add(new Card(number, facet, current, cardEvents, true));
  find('told', HTMLElement).textContent = `Facet ${number + 1} is made of ${images.length} pictures.`;
}

/** Enlarges the picture that is pointed at, and says what it is. */
function peek(index: number | undefined, place: Point): void {
  if (index === undefined || !result) {
    showPeek(undefined);
    return;
  }
  const { found, pictures } = result;
  const { id, facet } = found.images[index];
  const { name, canvas } = pictures[Number(id)];
  const text = `Facet ${facet + 1}: ${name}`;
  showPeek({ canvas, text, colour: colourOf(facet), place });
  find('told', HTMLElement).textContent = text;
}

/** Dropped pictures become the set; other files are a net. */
async function takeFiles(files: readonly File[]): Promise<void> {
  problem.hidden = true;
  try {
    await ready;
    const pictures = files.filter(({ type }) => type.startsWith('image/'));
    if (pictures.length > 0) {
      own = fileSet(pictures);
      follow();
      await start();
      return;
    }
    const taken = await nets.take(await readFiles(files, () => undefined));
    if ('missing' in taken) show(taken.missing);
    else await openNet(taken, firstUnit(taken, FIRST_CLASS));
  } catch (error) {
    show(error);
  }
}

/** Presets whose images are pixels, so that they can start from a mean image. */
function pixelPresets(): readonly string[] {
  return [...PRESETS.values()].flatMap(({ name, references }) => {
    if (references) return [];
    const { params } = toSpecs(preferredStudy(model, { unit: asked.unit, preset: name }));
    return 'name' in params && params.name === 'pixels' ? [name] : [];
  });
}

function chooseTool(tool: Tool): void {
  map.tool = tool;
  find('map', HTMLElement).classList.toggle('lasso', tool === 'lasso');
  for (const one of ['move', 'lasso'] as const) find(one, HTMLElement).ariaPressed = String(one === tool);
}

const act = (id: string, action: () => unknown) => find(id, HTMLElement).addEventListener('click', () => void action());

find('controls', HTMLFormElement).addEventListener('submit', (event) => {
  event.preventDefault();
  void ready.then(start);
});
act('cancel', () => {
  search?.abort();
  search = undefined;
  state();
});
act('to-world', () => {
  own = undefined;
  follow();
});
act('move', () => chooseTool('move'));
act('lasso', () => chooseTool('lasso'));
act('picked', () => map.choosePicked());
act('nearer', () => map.zoom(1.5));
act('farther', () => map.zoom(1 / 1.5));
act('all', () => map.fit());
act('grow-all', () => {
  const cards = result?.cards ?? [];
  const isGrowing = cards.some((card) => card.isGrowing);
  for (const card of cards) {
    if (isGrowing) card.pause();
    else void card.grow();
  }
});
net.addEventListener('change', () => {
  problem.hidden = true;
  nets
    .open(net.value)
    .then((next) => openNet(next))
    .catch(show);
});
for (const id of ['pictures', 'count'] as const) {
  const input = find(id, HTMLInputElement);
  input.addEventListener('change', () => {
    const [least, most] = RANGES[id];
    const value = Math.round(input.valueAsNumber);
    ask({ [id]: Number.isNaN(value) ? undefined : Math.min(most, Math.max(least, value)) });
  });
}
const picked = (id: string) => find(id, HTMLSelectElement).value;
const onPick = (id: string, change: () => Asked) =>
  find(id, HTMLElement).addEventListener('change', () => ask(change()));
onPick('choose', () => ({ choose: oneOf(['all', 'class', 'active'], picked('choose')) }));
onPick('codes', () => {
  const names = find('codes', HTMLInputElement)
    .value.split(',')
    .map((name) => name.trim())
    .filter(Boolean);
  return { codes: names.length > 0 ? names : undefined };
});
onPick('k', () => ({ k: Number(picked('k')) || undefined }));
onPick('scale', () => ({ scale: oneOf(['root', 'none'], picked('scale')) }));
onPick('on', () => ({ on: oneOf(['map'], picked('on')) }));
onPick('preset', () => ({ preset: picked('preset') === FIRST_PRESET ? undefined : picked('preset') }));
listenForFiles(find('files', HTMLInputElement), (files) => void takeFiles(files));
// For tests and debugging.
Object.assign(window, { facets: { map, result: () => result, found: (): Facets | undefined => result?.found } });

async function begin(): Promise<void> {
  await nets.read();
  const { net: name = FIRST_NET, unit, ...rest } = readAddress(location.hash);
  const isHere = nets.names.includes(name);
  const first = await nets.open(isHere ? name : FIRST_NET);
  const [least, most] = RANGES.k;
  const counts = Array.from({ length: most - least + 1 }, (_, i) => String(least + i));
  find('k', HTMLSelectElement).replaceChildren(new Option('auto', ''), ...counts.map((count) => new Option(count)));
  asked = { ...rest, unit: unit ?? firstUnit(first, FIRST_CLASS) };
  model = first;
  const presets = pixelPresets();
  find('preset', HTMLSelectElement).replaceChildren(...presets.map((preset) => new Option(preset)));
  if (rest.preset !== undefined && !presets.includes(rest.preset)) asked = { ...asked, preset: undefined };
  await openNet(first, asked.unit);
  void showAdapter().catch(show);
  // A link may name a net that was dropped there.
  if (isHere) void start();
  else show(`The net '${name}' does not come with this page: drop its files to see its facets.`);
}

async function showAdapter(): Promise<void> {
  const ctx = await pageContext();
  const where = ctx.traits.software ? 'on the CPU (software adapter), slower than on a GPU' : 'on the GPU';
  find('adapter', HTMLElement).textContent = `Computing ${where}: ${ctx.adapterName}.`;
}

const ready = begin().catch(show);
