// The keys of the Deep Visualization Toolbox (its bindings.py, all of them), each a function from state to state.
import { nameIn } from './methodText.js';
import {
  BACKS,
  BOOSTS,
  FILTERS,
  GAMMAS,
  INITIAL,
  next,
  sourceBefore,
  type ToolboxState,
  toSource,
  ZOOMS,
} from './state.js';

/** What a key function knows about the net. */
export interface Surroundings {
  /** Layers in order, with how many units each has. */
  readonly layers: readonly { readonly name: string; readonly units: number }[];
  /** Columns of the grid in which a layer's units are shown. */
  columns(units: number): number;
  /** Number of pictures of the source. Stepping wraps around at both ends. */
  readonly pictures: number;
  /** The methods of attribution; those that are not live take many passes. */
  readonly methods: readonly { readonly name: string; readonly live: boolean }[];
}

type Change = Partial<ToolboxState>;

export interface Binding {
  /** As KeyboardEvent.key has them. */
  readonly keys: readonly string[];
  readonly help: string;
  act(state: ToolboxState, around: Surroundings): Change;
}

export interface Group {
  readonly title: string;
  readonly bindings: readonly Binding[];
}

const FAST = 3;

/** Moves the cursor. From the first row of units, up leads to the list of layers; from there, down leads back. */
function move(dx: number, dy: number) {
  return (state: ToolboxState, around: Surroundings): Change => {
    const place = around.layers.findIndex((l) => l.name === state.layer);
    if (place < 0) return {};
    if (state.area === 'layers') return dy > 0 ? { area: 'units' } : dx !== 0 ? toLayer(place + dx, state, around) : {};
    const { units } = around.layers[place];
    const columns = around.columns(units);
    const row = Math.floor(state.unit / columns);
    const rows = Math.ceil(units / columns);
    if (dy < 0 && row === 0) return { area: 'layers' };
    const column = Math.min(Math.max((state.unit % columns) + dx, 0), columns - 1);
    const target = Math.min(Math.max(row + dy, 0), rows - 1) * columns + column;
    return { unit: Math.min(target, units - 1) };
  };
}

function toLayer(place: number, { unit }: ToolboxState, { layers }: Surroundings): Change {
  const layer = layers[Math.min(Math.max(place, 0), layers.length - 1)];
  return { layer: layer.name, unit: Math.min(unit, layer.units - 1) };
}

const byLayer = (step: number) => (state: ToolboxState, around: Surroundings) =>
  toLayer(around.layers.findIndex((l) => l.name === state.layer) + step, state, around);

const byPicture =
  (step: number) =>
  ({ picture }: ToolboxState, { pictures }: Surroundings): Change =>
    pictures > 1 ? { picture: (((picture + step) % pictures) + pictures) % pictures } : {};

/** The method of attribution so many further in the list, which begins with none. */
const byMethod =
  (step: number) =>
  ({ attribution }: ToolboxState, { methods }: Surroundings): Change => {
    const all = ['', ...methods.map(({ name }) => name)];
    const at = Math.max(0, all.indexOf(nameIn(attribution)));
    return { attribution: all[(at + step + all.length) % all.length], explaining: false };
  };

/** Begins or ends a method of many passes. A picture that is asked about many times must stay. */
function run({ explaining, attribution, source, frozenFrame }: ToolboxState, { methods }: Surroundings): Change {
  const begins = !explaining && methods.some(({ name, live }) => !live && name === nameIn(attribution));
  const streams = source === 'camera' || source === 'video';
  return { explaining: begins, frozenFrame: frozenFrame || (begins && streams) };
}

const byOpacity =
  (step: number) =>
  ({ opacity }: ToolboxState): Change => ({ opacity: Math.min(100, Math.max(0, opacity + step)) });

/** off → gradient raw → gradient norm → deconv raw → off. */
function easyBack({ back, filter }: ToolboxState): Change {
  if (back === 'off') return { back: 'gradient', filter: 'raw' };
  if (back === 'gradient' && filter === 'raw') return { filter: 'norm' };
  if (back === 'gradient') return { back: 'deconv', filter: 'raw' };
  return { back: 'off', filter: 'raw' };
}

export const GROUPS: readonly Group[] = [
  {
    title: 'Units',
    bindings: [
      { keys: ['ArrowLeft', 'j'], help: 'unit to the left', act: move(-1, 0) },
      { keys: ['ArrowRight', 'l'], help: 'unit to the right', act: move(1, 0) },
      { keys: ['ArrowUp', 'i'], help: 'unit above; from the first row, the layers', act: move(0, -1) },
      { keys: ['ArrowDown', 'k'], help: 'unit below', act: move(0, 1) },
      { keys: ['J'], help: 'three to the left', act: move(-FAST, 0) },
      { keys: ['L'], help: 'three to the right', act: move(FAST, 0) },
      { keys: ['I'], help: 'three up', act: move(0, -FAST) },
      { keys: ['K'], help: 'three down', act: move(0, FAST) },
      { keys: ['u'], help: 'previous layer', act: byLayer(-1) },
      { keys: ['o'], help: 'next layer', act: byLayer(1) },
    ],
  },
  {
    title: 'What is shown',
    bindings: [
      {
        keys: ['z'],
        help: 'zoom: off, the unit, the back-projection',
        act: ({ zoom }) => ({ zoom: next(ZOOMS, zoom) }),
      },
      {
        keys: ['s'],
        help: 'preferred images in place of activations',
        act: ({ shown }) => ({ shown: shown === 'patterns' ? 'activations' : 'patterns' }),
      },
      { keys: ['t'], help: 'gamma 1, 0.7, 0.5, 0.3', act: ({ gamma }) => ({ gamma: next(GAMMAS, gamma) }) },
      {
        keys: ['T'],
        help: 'boost of each unit 0, 0.3, 0.5, 0.8, 1',
        act: ({ boost }) => ({ boost: next(BOOSTS, boost) }),
      },
      { keys: ['x'], help: 'the unit’s activation over the input', act: ({ overlay }) => ({ overlay: !overlay }) },
      { keys: ['8'], help: 'probabilities', act: ({ probabilities }) => ({ probabilities: !probabilities }) },
      { keys: ['9'], help: 'the unit’s pictures', act: ({ unitPane }) => ({ unitPane: !unitPane }) },
    ],
  },
  {
    title: 'Back-projection',
    bindings: [
      { keys: ['b'], help: 'off, gradient, its norm, deconv', act: easyBack },
      { keys: ['n'], help: 'off, gradient, deconv, guided', act: ({ back }) => ({ back: next(BACKS, back) }) },
      { keys: ['m'], help: 'raw, gray, norm, blurred norm', act: ({ filter }) => ({ filter: next(FILTERS, filter) }) },
      {
        keys: ['g'],
        help: 'seeded by the whole map, or by its maximum',
        act: ({ seed }) => ({ seed: seed === 'activation' ? 'maximum' : 'activation' }),
      },
      {
        keys: ['d'],
        help: 'freeze where it starts, and roam',
        act: ({ frozen, layer, unit }) => ({ frozen: frozen ? '' : `${layer}:${unit}` }),
      },
      {
        keys: ['a'],
        help: 'what passes through each layer, in place of activations',
        act: ({ shown, back }) => ({
          shown: shown === 'differences' ? 'activations' : 'differences',
          ...(back === 'off' && { back: 'gradient' }),
        }),
      },
    ],
  },
  {
    title: 'Attribution',
    bindings: [
      { keys: ['v'], help: 'next method; after the last, none', act: byMethod(1) },
      { keys: ['V'], help: 'previous method', act: byMethod(-1) },
      {
        keys: ['y'],
        help: 'run a method of many passes on this picture, or cancel it',
        act: run,
      },
      { keys: ['['], help: 'see less of the map', act: byOpacity(-10) },
      { keys: [']'], help: 'see more of it', act: byOpacity(10) },
    ],
  },
  {
    title: 'Input',
    bindings: [
      { keys: ['f'], help: 'freeze the picture', act: ({ frozenFrame }) => ({ frozenFrame: !frozenFrame }) },
      {
        keys: ['c'],
        help: 'camera or pictures',
        act: (state) => ({
          ...(state.source === 'camera' ? sourceBefore(state) : toSource(state, 'camera')),
          frozenFrame: false,
        }),
      },
      { keys: ['e', 'PageDown'], help: 'next picture; after the last, the first', act: byPicture(1) },
      { keys: ['w', 'PageUp'], help: 'previous picture; before the first, the last', act: byPicture(-1) },
      {
        keys: ['0'],
        help: 'crop to a square, or stretch',
        act: ({ fit }) => ({ fit: fit === 'crop' ? 'stretch' : 'crop' }),
      },
    ],
  },
  {
    title: 'The toolbox',
    bindings: [
      { keys: ['N'], help: 'nets: built in, the zoo, recent, from files', act: ({ nets }) => ({ nets: !nets }) },
      {
        keys: ['R'],
        help: 'results of the commands: galleries, top images, dissections',
        act: ({ resultsOpen }) => ({ resultsOpen: !resultsOpen }),
      },
      { keys: ['5'], help: 'times and memory', act: ({ debug }) => ({ debug: !debug }) },
      {
        keys: ['q'],
        help: 'stop: the camera is released, the picture stays',
        act: (state) => ({ frozenFrame: true, ...(state.source === 'camera' && sourceBefore(state)) }),
      },
      { keys: ['h', '?'], help: 'these keys', act: ({ help }) => ({ help: !help }) },
      {
        keys: ['Escape'],
        help: 'as at first: no back-projection, first layer, first unit',
        act: ({ help }, { layers }) =>
          help
            ? { help: false }
            : {
                ...(layers[0] && { layer: layers[0].name }),
                unit: 0,
                area: 'units',
                back: 'off',
                frozen: '',
                attribution: '',
                explaining: false,
                shown: 'activations',
                gamma: INITIAL.gamma,
                boost: INITIAL.boost,
                zoom: 'off',
              },
      },
    ],
  },
];

const BY_KEY = new Map(GROUPS.flatMap((g) => g.bindings).flatMap((b) => b.keys.map((key) => [key, b] as const)));

/** The state after a key; undefined for a key that means nothing here. */
export function pressed(key: string, state: ToolboxState, around: Surroundings): ToolboxState | undefined {
  const binding = BY_KEY.get(key);
  return binding && { ...state, ...binding.act(state, around) };
}
