// What the toolbox shows, as one value. Keys change it, the address bar stores it, and the worker receives it.

export const BACKS = ['off', 'gradient', 'deconv', 'guided'] as const;
export const FILTERS = ['raw', 'gray', 'norm', 'normblur'] as const;
export const GAMMAS = [1, 0.7, 0.5, 0.3] as const;
export const BOOSTS = [0, 0.3, 0.5, 0.8, 1] as const;
export const COLORMAPS = ['gray', 'viridis', 'magma', 'inferno', 'plasma', 'turbo', 'jet'] as const;
export const ZOOMS = ['off', 'unit', 'back'] as const;
export const SEEDS = ['activation', 'maximum'] as const;
export const SOURCES = ['world', 'files', 'camera', 'video', 'draw'] as const;
/** The colour of the drawing pad; auto: as the net's input requires. */
export const INKS = ['auto', 'black', 'white'] as const;
export const RESOLUTIONS = ['auto', 'full', 'half'] as const;
export const SHOWN = ['activations', 'differences', 'patterns'] as const;

export interface ToolboxState {
  /** Name of the net: a built-in one, one of the zoo, or a recent one. */
  readonly model: string;
  /** Empty means the net's last layer with maps. */
  readonly layer: string;
  readonly unit: number;
  /** The area of the cursor: the list of layers, or the units. */
  readonly area: 'layers' | 'units';
  /** `layer:unit` where backpropagation starts while the cursor moves on; empty: the unit under the cursor. */
  readonly frozen: string;
  readonly back: (typeof BACKS)[number];
  readonly filter: (typeof FILTERS)[number];
  readonly seed: (typeof SEEDS)[number];
  readonly shown: (typeof SHOWN)[number];
  readonly gamma: (typeof GAMMAS)[number];
  readonly boost: (typeof BOOSTS)[number];
  readonly colormap: (typeof COLORMAPS)[number];
  readonly zoom: (typeof ZOOMS)[number];
  readonly source: (typeof SOURCES)[number];
  /** The source to return to after the camera. */
  readonly sourceBefore: Exclude<(typeof SOURCES)[number], 'camera'>;
  /** The index of the picture in the source. */
  readonly picture: number;
  readonly fit: 'crop' | 'stretch';
  readonly mirror: boolean;
  readonly contrast: boolean;
  readonly ink: (typeof INKS)[number];
  readonly frozenFrame: boolean;
  /** Draw the unit's activation over the input. */
  readonly overlay: boolean;
  /** A method of attribution and its options, `gradCam layer=conv4`, whose map is drawn over the input; empty: none. */
  readonly attribution: string;
  /** How much of the map is seen, in percent. */
  readonly opacity: number;
  /** A method that asks about many variants of the picture is at work, or is to begin. */
  readonly explaining: boolean;
  readonly probabilities: boolean;
  readonly unitPane: boolean;
  /** Resolution of the panes. auto: that of the screen, and half of it on an adapter that runs on the CPU. */
  readonly resolution: (typeof RESOLUTIONS)[number];
  /** Show pictures that were made before, if there is a pack of the net's. False: compute them. */
  readonly packs: boolean;
  /** Show times and memory in the status line. */
  readonly debug: boolean;
  readonly help: boolean;
  /** The dialog of nets is open. */
  readonly nets: boolean;
  /** Address of a folder with results of the commands, shown in place of what is computed; empty: none, or a folder of the user's. */
  readonly results: string;
  /** Units of a dissection are listed whose concept has these letters. */
  readonly concept: string;
  /** The dialog of results is open. */
  readonly resultsOpen: boolean;
}

export const INITIAL: ToolboxState = {
  model: 'mini-caffenet',
  layer: '',
  unit: 0,
  area: 'units',
  frozen: '',
  back: 'gradient',
  filter: 'raw',
  seed: 'activation',
  shown: 'activations',
  // The original starts with 1, which leaves most of a layer after a ReLU black.
  gamma: 0.5,
  boost: 0,
  colormap: 'gray',
  zoom: 'off',
  source: 'world',
  sourceBefore: 'world',
  picture: 0,
  fit: 'crop',
  mirror: true,
  contrast: false,
  ink: 'auto',
  frozenFrame: false,
  overlay: false,
  attribution: '',
  opacity: 90,
  explaining: false,
  probabilities: true,
  unitPane: true,
  resolution: 'auto',
  packs: true,
  debug: false,
  help: false,
  nets: false,
  results: '',
  concept: '',
  resultsOpen: false,
};

/** Not stored in the address: a link should open a view, not a help page. */
const PASSING: ReadonlySet<keyof ToolboxState> = new Set([
  'help',
  'nets',
  'frozenFrame',
  'area',
  'sourceBefore',
  'explaining',
  'resultsOpen',
]);

type Fields = { readonly [K in keyof ToolboxState]: (text: string) => ToolboxState[K] | undefined };

const text = (value: string): string => value;
const flag = (value: string): boolean | undefined => (value === 'true' ? true : value === 'false' ? false : undefined);
const whole = (value: string): number | undefined => (/^\d{1,9}$/.test(value) ? Number(value) : undefined);
const percent = (value: string): number | undefined => (/^(\d\d?|100)$/.test(value) ? Number(value) : undefined);
const oneOf =
  <T extends string | number>(list: readonly T[]) =>
  (value: string): T | undefined =>
    list.find((item) => String(item) === value);

/** How to read each field from the address. */
const FIELDS: Fields = {
  model: text,
  layer: text,
  unit: whole,
  area: oneOf(['layers', 'units']),
  frozen: text,
  back: oneOf(BACKS),
  filter: oneOf(FILTERS),
  seed: oneOf(SEEDS),
  shown: oneOf(SHOWN),
  gamma: oneOf(GAMMAS),
  boost: oneOf(BOOSTS),
  colormap: oneOf(COLORMAPS),
  zoom: oneOf(ZOOMS),
  source: oneOf(SOURCES),
  sourceBefore: oneOf(['world', 'files', 'video', 'draw']),
  picture: whole,
  fit: oneOf(['crop', 'stretch']),
  mirror: flag,
  contrast: flag,
  ink: oneOf(INKS),
  frozenFrame: flag,
  overlay: flag,
  attribution: text,
  opacity: percent,
  explaining: flag,
  probabilities: flag,
  unitPane: flag,
  resolution: oneOf(RESOLUTIONS),
  packs: flag,
  debug: flag,
  help: flag,
  nets: flag,
  results: text,
  concept: text,
  resultsOpen: flag,
};

/** `layer=conv5&unit=3`: the differences from the initial state. */
export function toAddress(state: ToolboxState): string {
  const parameters = new URLSearchParams();
  let key: keyof ToolboxState;
  for (key in state) {
    if (!PASSING.has(key) && state[key] !== INITIAL[key]) parameters.set(key, String(state[key]));
  }
  return parameters.toString();
}

/** The state from an address. Invalid values become the initial ones. */
export function fromAddress(address: string): ToolboxState {
  const parameters = new URLSearchParams(address);
  let state = INITIAL;
  let key: keyof ToolboxState;
  for (key in FIELDS) {
    const value = parameters.get(key);
    if (value !== null && !PASSING.has(key)) state = withField(state, key, value);
  }
  return state;
}

function withField<K extends keyof ToolboxState>(state: ToolboxState, key: K, value: string): ToolboxState {
  const read = FIELDS[key](value);
  return read === undefined ? state : { ...state, [key]: read };
}

/** The next value of a list, the first after the last. */
export function next<T>(list: readonly T[], value: T): T {
  return list[(list.indexOf(value) + 1) % list.length];
}

/** `layer:unit` in its parts. */
function parseOrigin(text: string): { readonly layer: string; readonly unit: number } | undefined {
  const at = text.lastIndexOf(':');
  return at < 0 ? undefined : { layer: text.slice(0, at), unit: Number(text.slice(at + 1)) };
}

/** The unit where backpropagation starts: the frozen one, or else the one under the cursor. */
export const originOf = (state: ToolboxState): { readonly layer: string; readonly unit: number } =>
  parseOrigin(state.frozen) ?? { layer: state.layer, unit: state.unit };

/** Switches to another source. The camera remembers the previous one. */
export const toSource = (state: ToolboxState, source: ToolboxState['source']): Partial<ToolboxState> => ({
  source,
  ...(state.source !== 'camera' && { sourceBefore: state.source }),
});

/** Leaves a source that cannot be used: returns to the previous one, or from that one to the world. */
export const sourceBefore = ({ source, sourceBefore: before }: ToolboxState): Partial<ToolboxState> => ({
  source: source === 'camera' ? before : 'world',
});
