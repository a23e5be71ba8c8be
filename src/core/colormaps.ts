// Colormaps: tables from a number in [0, 1] to a colour. Shaders read them, and legends can draw them.
//
// viridis, magma, inferno and plasma are by S. van der Walt and N. Smith (2015, CC0), turbo is by A. Mikhailov (Google 2019,
// Apache-2.0), jet is Matplotlib's. The tables below contain every fifth of the 256 published entries. Entries between them are
// interpolated, with an error of at most 1.1 of 255 levels (plasma: 2.1, next to its last kink).
import { UnknownNameError } from './errors.js';

/** Entries of a table. */
export const COLORMAP_SIZE = 256;
/** Distance between two stored entries in the published table. */
const STEP = 5;

/** Every fifth entry as rrggbb. */
const EVERY_FIFTH = {
  viridis:
    '44015446085c471063481769481d6f482475472a7a46307e453781433d844142873f48893d4e8a3a538b38598c355e8d33638d31688e2e6d8e2c718e' +
    '2a768e297b8e27808e25848e23898e218e8d20928c1f978b1e9c891fa18821a58524aa8328ae802eb37c35b7793dbc7446c06f50c46a5ac86465cb5e' +
    '70cf577cd25089d54895d840a2da37b0dd2fbddf26cae11fd8e219e5e419f1e51dfde725',
  magma:
    '00000402020b0504160907200e0b2b140e361a104221114e29115a311165390f6e420f754a107952137c5a167e6219806a1c81721f81792282812581' +
    '892881912b81992d80a1307eaa337db2357bba3878c23b75ca3e72d2426fd9466be04c67e75263ec5860f1605df4695cf7725cf97b5dfb8560fc8e64' +
    'fd9869fea16efeaa74feb47bfebd82fec68afecf92fed89afde2a3fdebacfcf4b6fcfdbf',
  inferno:
    '00000402020c0504170a072210092d160b391e0c45260c512f0a5b380962400a67490b6a510e6c59106e61136e69166e71196e781c6d801f6c88226a' +
    '902568982766a02a63a82e5fb0315bb73557bf3952c63d4dcc4248d34743d94d3ddf5337e45a31e9612bed6925f1711ff47918f78212f98b0bfa9407' +
    'fb9d07fca60cfcb014fbba1ffac42af8cd37f6d746f4e156f2ea69f2f27df5f992fcffa4',
  plasma:
    '0d08871b068d2605912f059638049a41049d4903a05102a35901a56100a76900a87100a87801a88004a88707a68e0ca49511a19c179ea21d9aa82296' +
    'ae2892b42e8dba3388bf3984c43e7fc9447acd4a76d24f71d6556dda5b69de6164e26660e66c5ce97257ed7953f07f4ff3854bf58c46f79342f99a3e' +
    'fba139fca835fdaf31feb72dfebe2afdc627fcce25fbd724f8df25f6e826f3f027f0f921',
  turbo:
    '30123b36215f3b2f803f3e9c424bb54559cb4666dd4773eb4680f6458cfd4099ff38a5fb2fb2f427bee91fc9dd1ad4d018ddc21ae4b622ebaa2ff19b' +
    '3ff68a52fa7a65fd6979fe598bff4b9cfe40a9fb39b7f735c3f134d0ea34dbe236e5d938eecf3af5c53afaba39fdae35fea130fe932afc8423f9751d' +
    'f46617ef5811e84b0ce14109d83706ce2d04c32503b71d02a916019b0f018b09027a0403',
};

/** Corners of jet's three piecewise linear curves, as [position, value]: Matplotlib's `_jet_data`. */
const JET: readonly (readonly (readonly [number, number])[])[] = [
  [
    [0, 0],
    [0.35, 0],
    [0.66, 1],
    [0.89, 1],
    [1, 0.5],
  ],
  [
    [0, 0],
    [0.125, 0],
    [0.375, 1],
    [0.64, 1],
    [0.91, 0],
    [1, 0],
  ],
  [
    [0, 0.5],
    [0.11, 1],
    [0.34, 1],
    [0.65, 0],
    [1, 0],
  ],
];

/** The name of a colour map. */
export type Colormap = 'gray' | 'viridis' | 'magma' | 'inferno' | 'plasma' | 'turbo' | 'jet';

/** All colormaps, in menu order. The index is the row in the shaders' texture. */
export const COLORMAPS: readonly Colormap[] = ['gray', 'viridis', 'magma', 'inferno', 'plasma', 'turbo', 'jet'];

/** @throws UnknownNameError */
export function checkColormap(name: Colormap): void {
  if (!COLORMAPS.includes(name)) throw new UnknownNameError('colormap', name, COLORMAPS);
}

/** A colormap as 256 RGBA colours for the numbers 0, 1/255, …, 1, for a texture or a legend. @throws UnknownNameError */
export function colormapTable(name: Colormap): Uint8Array<ArrayBuffer> {
  checkColormap(name);
  const table = new Uint8Array(COLORMAP_SIZE * 4).fill(255);
  for (let i = 0; i < COLORMAP_SIZE; i++) {
    for (let c = 0; c < 3; c++) table[i * 4 + c] = Math.round(component(name, i, c));
  }
  return table;
}

function component(name: Colormap, i: number, c: number): number {
  if (name === 'gray') return i;
  if (name === 'jet') return 255 * alongLines(JET[c], i / (COLORMAP_SIZE - 1));
  const hex = EVERY_FIFTH[name];
  const before = Math.min(Math.floor(i / STEP), hex.length / 6 - 2);
  const byte = (entry: number) => Number.parseInt(hex.slice(entry * 6 + c * 2, entry * 6 + c * 2 + 2), 16);
  const part = i / STEP - before;
  return byte(before) * (1 - part) + byte(before + 1) * part;
}

function alongLines(corners: readonly (readonly [number, number])[], t: number): number {
  const k = Math.max(
    1,
    corners.findIndex(([position]) => position >= t),
  );
  const [[t0, v0], [t1, v1]] = [corners[k - 1], corners[k]];
  return v0 + ((v1 - v0) * (t - t0)) / (t1 - t0);
}
