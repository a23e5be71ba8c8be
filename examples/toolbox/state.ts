// What the toolbox shows, as one value: it is what the keys change, what the address bar holds, and what the worker is told.

export const BACKS = ['off', 'gradient', 'deconv', 'guided'] as const;
export const FILTERS = ['raw', 'gray', 'norm', 'normblur'] as const;
export const GAMMAS = [1, 0.7, 0.5, 0.3] as const;
export const BOOSTS = [0, 0.3, 0.5, 0.8, 1] as const;
export const COLORMAPS = ['gray', 'viridis', 'magma', 'inferno', 'plasma', 'turbo', 'jet'] as const;
export const ZOOMS = ['off', 'unit', 'back'] as const;
export const SEEDS = ['activation', 'maximum'] as const;
export const SOURCES = ['world', 'files', 'camera', 'video', 'draw'] as const;
/** What the drawing pad draws with; auto: as the net's input asks for. */
export const INKS = ['auto', 'black', 'white'] as const;
export const RESOLUTIONS = ['auto', 'full', 'half'] as const;
export const SHOWN = ['activations', 'differences', 'patterns'] as const;

export interface ToolboxState {
  /** Name of the net: a built-in one, one of the zoo, or a recent one. */
  readonly model: string;
  /** Empty: the net's last layer with maps. */
  readonly layer: string;
  readonly unit: number;
  /** Where the cursor is: in the list of layers, or among the units. */
  readonly area: 'layers' | 'units';
  /** `layer:unit` that the back-projection starts from while the cursor roams; empty: the cursor's own. */
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
  /** Where pictures come from when the camera is left. */
  readonly sourceBefore: Exclude<(typeof SOURCES)[number], 'camera'>;
  /** Which picture of the source. */
  readonly picture: number;
  readonly fit: 'crop' | 'stretch';
  readonly mirror: boolean;
  readonly contrast: boolean;
  readonly ink: (typeof INKS)[number];
  readonly frozenFrame: boolean;
  /** The unit's activation over the input. */
  readonly overlay: boolean;
  readonly probabilities: boolean;
  readonly unitPane: boolean;
  /** How finely panes are drawn; auto: as the screen is, and half of that on an adapter that draws on the CPU. */
  readonly resolution: (typeof RESOLUTIONS)[number];
  /** Times and memory in the status line. */
  readonly debug: boolean;
  readonly help: boolean;
  /** The dialog of nets is open. */
  readonly nets: boolean;
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
  // The original begins with 1, which leaves most of a layer behind ReLU black.
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
  probabilities: true,
  unitPane: true,
  resolution: 'auto',
  debug: false,
  help: false,
  nets: false,
};

/** What is not kept in the address: a link should open a view, not a help page. */
const PASSING: ReadonlySet<keyof ToolboxState> = new Set(['help', 'nets', 'frozenFrame', 'area', 'sourceBefore']);

type Fields = { readonly [K in keyof ToolboxState]: (text: string) => ToolboxState[K] | undefined };

const text = (value: string): string => value;
const flag = (value: string): boolean | undefined => (value === 'true' ? true : value === 'false' ? false : undefined);
const whole = (value: string): number | undefined => (/^\d{1,9}$/.test(value) ? Number(value) : undefined);
const oneOf =
  <T extends string | number>(list: readonly T[]) =>
  (value: string): T | undefined =>
    list.find((item) => String(item) === value);

/** How each field is read from the address. */
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
  probabilities: flag,
  unitPane: flag,
  resolution: oneOf(RESOLUTIONS),
  debug: flag,
  help: flag,
  nets: flag,
};

/** `layer=conv5&unit=3`: what differs from the initial state. */
export function toAddress(state: ToolboxState): string {
  const parameters = new URLSearchParams();
  let key: keyof ToolboxState;
  for (key in state) {
    if (!PASSING.has(key) && state[key] !== INITIAL[key]) parameters.set(key, String(state[key]));
  }
  return parameters.toString();
}

/** The state that an address says; what it says wrongly is as at first. */
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

/** What a back-projection starts from: the frozen unit, else the one under the cursor. */
export const originOf = (state: ToolboxState): { readonly layer: string; readonly unit: number } =>
  parseOrigin(state.frozen) ?? { layer: state.layer, unit: state.unit };

/** To another source of pictures; from the camera the way back is to the one before it. */
export const toSource = (state: ToolboxState, source: ToolboxState['source']): Partial<ToolboxState> => ({
  source,
  ...(state.source !== 'camera' && { sourceBefore: state.source }),
});

/** Away from a source that is not to be used, to the one before; from that, to the world. */
export const sourceBefore = ({ source, sourceBefore: before }: ToolboxState): Partial<ToolboxState> => ({
  source: source === 'camera' ? before : 'world',
});
