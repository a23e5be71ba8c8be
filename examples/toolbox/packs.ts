// Packs: preferred images and top images of a net that were made before, so that the page shows them at once. `convscope gallery
// --pack` makes them: index.json, sheets of tiles, and top.json.
/// <reference types="vite/client" />
import { cropRegion, type Model, modelHash, type Picture, type Region, receptiveField, unitLayers } from 'convscope';
import type { UnitName } from './jobs.js';
import { type JsonObject, jsonReader, parseJson } from './json.js';

/** Addresses of the packs of the built-in nets, by their paths. */
const BUILT_IN = import.meta.glob<string>('../../models/packs/**/*.{json,webp}', {
  query: '?url&no-inline',
  import: 'default',
  eager: true,
});

/** Finds the address of a pack's file. Undefined: the pack has no such file. */
type Locate = (file: string) => string | undefined;

interface Tile {
  readonly sheet: number;
  readonly x: number;
  readonly y: number;
}

/** Tiles of a unit, one for each seed; `dead`: it has no preferred image. */
interface PackedUnit {
  readonly tiles: readonly Tile[];
  readonly dead: boolean;
  readonly remarks: readonly string[];
}

/** A unit's pictures, of the net's size, and what was wrong with its starts. */
export interface PackedPictures {
  readonly pictures: readonly Picture[];
  readonly remarks: readonly string[];
}

/** Results are of another net than the open one. */
export class NetDiffers extends Error {
  constructor(
    file: string,
    readonly of: { readonly name: string; readonly hash?: string },
    open: { readonly name: string; readonly hash?: string },
  ) {
    const said = ({ name, hash }: { readonly name: string; readonly hash?: string }) =>
      `'${name}'${hash ? ` with the hash ${hash}` : ''}`;
    super(`${file} is of the net ${said(of)}, and open is ${said(open)}. Open that net first, then the results.`);
  }
}

export class Pack {
  readonly #sheets = new Map<number, Promise<ImageData>>();

  private constructor(
    private readonly locate: Locate,
    /** Columns and rows of a tile. */
    private readonly size: readonly [width: number, height: number],
    private readonly files: readonly string[],
    private readonly units: ReadonlyMap<string, readonly PackedUnit[]>,
    /** Pictures of the toy world in which top images were searched; 0 if there is no search. */
    readonly searched: number,
    private readonly search: string,
  ) {}

  /**
   * The pack of a net: the one at `address`, or the built-in one of its name. Undefined if there is none.
   *
   * @throws Error if it is not for exactly this net, or damaged
   */
  static async open(model: Model, address?: string): Promise<Pack | undefined> {
    if (model.seeded) return undefined;
    const locate: Locate =
      address === undefined
        ? (file) => BUILT_IN[`../../models/packs/${model.name}/${file}`]
        : (file) => new URL(file, address).href;
    return locate('index.json') === undefined ? undefined : Pack.read(model, locate);
  }

  /** The pack whose files `locate` finds. @throws NetDiffers, Error for a damaged one */
  static async read(model: Model, locate: Locate): Promise<Pack> {
    const text = await textAt(locate('index.json'));
    if (text === undefined) throw new Error('index.json of a pack is not there');
    const { name, size, files, units, hash, way } = parseIndex(parseJson('index.json', text));
    // Other weights or another preprocessing, or the same name for another net: the pictures would be of other units.
    const own = await modelHash(model);
    if (hash !== own)
      throw new NetDiffers('index.json', { name, hash }, { name: model.name, ...(own && { hash: own }) });
    const ownWay = JSON.stringify(wayOf(model));
    if (way !== ownWay)
      throw new Error(
        `index.json was made with another preprocessing, ${way}; that of the open net is ${ownWay}. Set it first.`,
      );
    const [, , H, W] = model.input.shape;
    if (size[0] !== W || size[1] !== H)
      throw new Error(
        `index.json has images of ${size.join('×')}, the open net has ${W}×${H}: open it at that size first.`,
      );
    const search = (await textAt(locate('top.json'))) ?? '';
    const { scanned }: { readonly scanned?: unknown } = search === '' ? {} : JSON.parse(search);
    return new Pack(locate, size, files, units, typeof scanned === 'number' ? scanned : 0, search);
  }

  /** Number of its preferred images. */
  get count(): number {
    return [...this.units.values()].flat().reduce((sum, unit) => sum + (unit?.tiles.length ?? 0), 0);
  }

  /** Layers with preferred images. */
  get layers(): readonly string[] {
    return [...this.units.keys()];
  }

  /** The search for top images in the first pictures of the toy world, as `parseTopImages` reads it. */
  get top(): string | undefined {
    return this.search === '' ? undefined : this.search;
  }

  /** The preferred images of a unit; no pictures if it is dead, undefined if the pack does not know it. */
  async pictures({ layer, unit }: UnitName): Promise<PackedPictures | undefined> {
    const packed = this.units.get(layer)?.[unit];
    if (!packed || (packed.tiles.length === 0 && !packed.dead)) return undefined;
    const pictures = await Promise.all(packed.tiles.map((tile) => this.#picture(tile)));
    return { pictures, remarks: packed.remarks };
  }

  async #picture({ sheet, x, y }: Tile): Promise<Picture> {
    const [width, height] = this.size;
    const { data, width: columns } = await this.#sheet(sheet);
    const out = new Uint8ClampedArray(width * height * 4);
    for (let row = 0; row < height; row++) {
      const from = ((y + row) * columns + x) * 4;
      out.set(data.subarray(from, from + width * 4), row * width * 4);
    }
    return { width, height, data: out };
  }

  #sheet(index: number): Promise<ImageData> {
    const known = this.#sheets.get(index);
    if (known) return known;
    const sheet = decoded(this.locate(this.files[index]));
    // If the server does not answer now, it may later.
    sheet.catch(() => this.#sheets.delete(index));
    this.#sheets.set(index, sheet);
    return sheet;
  }
}

/** How pixels become the net's input, as index.json says it. */
function wayOf({ preprocessing: { order, mean, scale, fit } }: Model) {
  return { order, mean: 'shape' in mean ? mean.shape : mean, scale, fit };
}

/** The part of an image that the units at the centre of a layer's maps see. */
export function seenAtCentre(model: Model, layer: string): Region | undefined {
  const [found] = unitLayers(model, { layers: [layer] }).layers;
  if (!found) return undefined;
  const [, H, W] = found.shape;
  return cropRegion(model, receptiveField(model, layer, Math.floor(H / 2), Math.floor(W / 2)));
}

/** The text at an address; undefined if there is none, or no answer. */
async function textAt(address: string | undefined): Promise<string | undefined> {
  if (address === undefined) return undefined;
  const response = await fetch(address).catch(() => undefined);
  return response?.ok ? response.text() : undefined;
}

async function decoded(address: string | undefined): Promise<ImageData> {
  const response = await fetch(address ?? '');
  if (!response.ok) throw new Error(`${address} could not be loaded: ${response.status} ${response.statusText}`);
  const bitmap = await createImageBitmap(await response.blob(), {
    colorSpaceConversion: 'none',
    premultiplyAlpha: 'none',
  });
  const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('the browser has no 2D canvas for the sheets of a pack');
  context.drawImage(bitmap, 0, 0);
  return context.getImageData(0, 0, bitmap.width, bitmap.height);
}

const { bad, text, list, object } = jsonReader('index.json of a pack');

/** More channels than any layer has. */
const MOST = 2 ** 20;

const count = (value: unknown, at: string): number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < MOST
    ? value
    : bad(at, 'a whole number from 0', value);

/** @throws Error that names the field, the rule and the value */
function parseIndex(value: unknown) {
  const index = object(value, '');
  const size = list(index.size, 'size').map((side) => count(side, 'size'));
  if (size.length !== 2) bad('size', 'columns and rows', size);
  const files = list(index.sheets, 'sheets').map((sheet, i) =>
    text(object(sheet, `sheets[${i}]`).file, `sheets[${i}].file`),
  );
  const units = new Map<string, PackedUnit[]>();
  for (const [i, given] of list(index.tiles, 'tiles').entries())
    addTile(units, object(given, `tiles[${i}]`), `tiles[${i}]`, files.length);
  const model = object(index.model, 'model');
  const hash = text(model.hash, 'model.hash');
  const name = text(model.name, 'model.name');
  return { name, size: [size[0], size[1]] as const, files, units, hash, way: JSON.stringify(model.preprocessing) };
}

function addTile(units: Map<string, PackedUnit[]>, tile: JsonObject, at: string, sheets: number): void {
  const [, layer, channel] = /^(.+?):(\d+)$/.exec(text(tile.unit, `${at}.unit`)) ?? [];
  // A unit at a place of its own is none of a layer's tiles.
  if (layer === undefined) return;
  const unit = count(Number(channel), `${at}.unit`);
  const own = units.get(layer) ?? [];
  units.set(layer, own);
  const before = own[unit] ?? { tiles: [], dead: false, remarks: [] };
  const remarks = tile.remark === undefined ? [] : [text(tile.remark, `${at}.remark`)];
  const dead = tile.dead === true;
  const sheet = dead ? 0 : count(tile.sheet, `${at}.sheet`);
  if (!dead && sheet >= sheets) bad(`${at}.sheet`, `below ${sheets}`, sheet);
  const place = { sheet, x: dead ? 0 : count(tile.x, `${at}.x`), y: dead ? 0 : count(tile.y, `${at}.y`) };
  own[unit] = {
    tiles: dead ? before.tiles : [...before.tiles, place],
    dead: before.dead || dead,
    remarks: [...before.remarks, ...remarks],
  };
}
