// Results of the commands, shown without computing: a gallery, top images, a dissection and an atlas, for exactly the open net.
import { type Model, modelHash, parseTopImages, type TopImages, unitLayers } from 'convscope';
import { type DissectedUnits, type DissectionShown, layerOfTable, parseDissection, parseTable } from './dissection.js';
import { parseJson } from './json.js';
import { NetDiffers, Pack } from './packs.js';
import { type AtlasShown, parseAtlas } from './resultAtlas.js';
import { type FolderGiven, openFolder, type ResultFolder } from './resultFolder.js';

/** What the page says of results. */
export interface ResultsReport {
  readonly name: string;
  /** What was found, a line each. */
  readonly found: readonly string[];
  /** What is in the folder and is not shown, and why. */
  readonly notes: readonly string[];
  readonly dissection?: DissectionShown;
  /** Its sheets are addresses. */
  readonly atlas?: AtlasShown;
}

/** Results that are open. */
export interface Results extends Disposable {
  readonly report: ResultsReport;
  readonly folder: ResultFolder;
  readonly pack: Pack | undefined;
  readonly top: TopImages | undefined;
}

/** Files of the commands that show something. */
const [GALLERY, TOP, DISSECTION, ATLAS] = ['index.json', 'top.json', 'dissection.json', 'atlas.json'];
/** The state of a dissection's scans, which knows the hash of its net. */
const SCANS = ['overlaps.json', 'thresholds.json'];
/** Folders that the commands make by themselves, if the address is of the one around them. */
const OWN = ['', 'gallery/', 'top/', 'dissection/', 'atlas/'];
/** Bytes that a hash is looked for in. */
const HEAD = 4096;
/** What else the commands write, and how people see it. */
const OTHERS: Readonly<Record<string, string>> = {
  'gallery.json': 'the plan of a gallery; convscope gallery makes index.json of it when all pieces are there',
  'thresholds.json': 'the state of a dissection; convscope dissect --resume ends it',
  'overlaps.json': 'the state of a dissection; convscope dissect --resume ends it',
  'scores.json': 'the scores of a gallery',
  'search.json': 'a search for recipes; open its own page, index.html',
  'circuit.json': 'a circuit; open its own page, index.html',
  'facets.json': 'facets; open their own page, index.html',
};

/**
 * Opens the results in a folder for a net. Dispose of them when they are no longer shown.
 *
 * @throws Error that says what is wrong and what to do; NetDiffers where they are of another net
 */
export async function openResults(model: Model, given: FolderGiven): Promise<Results> {
  const folder = openFolder(given);
  try {
    return await readResults(model, folder);
  } catch (error) {
    folder[Symbol.dispose]();
    throw error;
  }
}

async function readResults(model: Model, folder: ResultFolder): Promise<Results> {
  const at = await placesOf(folder, [GALLERY, TOP, DISSECTION, ATLAS]);
  const gallery = at.get(GALLERY);
  const pack =
    gallery === undefined
      ? undefined
      : await Pack.read(model, (file) => folder.addressOf(`${folderOf(gallery)}${file}`));
  const topPath = at.get(TOP);
  const top = topPath === undefined ? undefined : checkedTop(model, await textOf(folder, topPath));
  const dissection = await readDissection(model, folder, at.get(DISSECTION));
  const atlas = await readAtlas(model, folder, at.get(ATLAS));
  const found = [
    ...(pack ? [`gallery: ${pack.count} images of ${pack.layers.join(', ')}`] : []),
    ...(top
      ? [`top images: ${top.k} of ${top.scanned} for each unit of ${top.layers.map((l) => l.layer).join(', ')}`]
      : []),
    ...(dissection ? [`dissection: ${dissection.source}, ${dissection.layers.map(said).join('; ')}`] : []),
    ...(atlas ? [`atlas: ${atlas.activations} activations of ${atlas.layer}, below`] : []),
  ];
  if (found.length === 0) {
    throw new Error(
      `${folder.name} holds no results that can be shown: neither ${GALLERY} (convscope gallery), ${TOP} (convscope top), ${DISSECTION} (convscope dissect) nor ${ATLAS} (convscope atlas). Choose the folder that --out named.${other(folder)}`,
    );
  }
  const notes = [
    ...(top && !top.complete ? [`${TOP}: the search is not finished; convscope top --resume goes on`] : []),
    ...(top?.by ? [`${TOP}: ranked by ${top.by}, so its values are shares`] : []),
    ...unknownLayers(model, top, dissection),
    ...notShown(folder, dissection !== undefined, gallery !== undefined),
  ];
  const report = { name: folder.name, found, notes, ...(dissection && { dissection }), ...(atlas && { atlas }) };
  return { report, folder, pack, top, [Symbol.dispose]: () => folder[Symbol.dispose]() };
}

const said = ({ layer, units }: DissectedUnits): string =>
  `${layer} ${units.filter(({ detector }) => detector).length}/${units.length} detectors`;

/** Where the files are: of several of one name the one nearest to the top. */
async function placesOf(folder: ResultFolder, names: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  if (folder.paths) {
    for (const path of [...folder.paths].sort((a, b) => depth(a) - depth(b))) {
      const name = baseOf(path);
      if (!names.includes(name) || found.has(name)) continue;
      // Other programs have an index.json too.
      if (name !== GALLERY || /"gallery"\s*:/.test((await headOf(folder, path)) ?? '')) found.set(name, path);
    }
    return found;
  }
  for (const own of OWN) {
    for (const name of names) {
      if (!found.has(name) && (await folder.read(`${own}${name}`))) found.set(name, `${own}${name}`);
    }
    if (own === '' && found.size > 0) break;
  }
  return found;
}

const depth = (path: string): number => path.split('/').length;
const baseOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/') + 1);

async function headOf(folder: ResultFolder, path: string): Promise<string | undefined> {
  return (await folder.read(path))?.slice(0, HEAD).text();
}

async function textOf(folder: ResultFolder, path: string): Promise<string> {
  const blob = await folder.read(path);
  if (!blob) throw new Error(`${path} of ${folder.name} is no longer there.`);
  return blob.text();
}

/** A search of this net. It does not say the hash of its net, so the name and the layers must do. @throws NetDiffers, Error */
function checkedTop(model: Model, text: string): TopImages {
  const top = parseTopImages(text);
  checkNamed(model, TOP, top.model);
  const units = new Map(unitLayers(model).layers.map(({ layer, shape }) => [layer, shape]));
  for (const { layer, shape } of top.layers) {
    const own = units.get(layer);
    if (!own || own.join() === shape.join()) continue;
    throw new Error(
      `${TOP} has '${layer}' with ${shape.join('×')}, the open ${model.name} has ${own.join('×')}: it is of another net of this name. Open that one first.`,
    );
  }
  return top;
}

function checkNamed(model: Model, file: string, name: string): void {
  if (name !== model.name) throw new NetDiffers(file, { name }, { name: model.name });
}

/** An atlas of this net, with sheets that the page can load. @throws NetDiffers, Error */
async function readAtlas(
  model: Model,
  folder: ResultFolder,
  path: string | undefined,
): Promise<AtlasShown | undefined> {
  if (path === undefined) return undefined;
  const atlas = parseAtlas(parseJson(ATLAS, await textOf(folder, path)), model.labels ?? []);
  const hash = atlas.model.hash === undefined ? undefined : await modelHash(model);
  if (atlas.model.hash !== hash || (hash === undefined && atlas.model.name !== model.name)) {
    throw new NetDiffers(ATLAS, atlas.model, { name: model.name, ...(hash !== undefined && { hash }) });
  }
  const levels = atlas.levels.map((level) => {
    const sheet = folder.addressOf(`${folderOf(path)}${level.sheet}`);
    if (sheet === undefined)
      throw new Error(`${level.sheet} of the atlas is not in ${folder.name}. Open the whole folder.`);
    return { ...level, sheet };
  });
  return { ...atlas, levels };
}

async function readDissection(
  model: Model,
  folder: ResultFolder,
  path: string | undefined,
): Promise<DissectionShown | undefined> {
  if (path === undefined) {
    const tables = (folder.paths ?? []).filter((file) => layerOfTable(baseOf(file)) !== undefined);
    if (tables.length === 0) return undefined;
    const layers = await Promise.all(tables.map(async (file) => parseTable(baseOf(file), await textOf(folder, file))));
    return checkedUnits(model, { source: `tables ${tables.map(baseOf).join(', ')}`, layers });
  }
  const dissection = parseDissection(parseJson(DISSECTION, await textOf(folder, path)));
  checkNamed(model, DISSECTION, dissection.model ?? '');
  for (const name of SCANS) {
    const file = `${folderOf(path)}${name}`;
    if (folder.paths && !folder.paths.includes(file)) continue;
    const [, hash] = /"hash":"([0-9a-f]{64})"/.exec((await headOf(folder, file)) ?? '') ?? [];
    const own = hash === undefined ? undefined : await modelHash(model);
    if (own !== undefined && own !== hash) {
      throw new NetDiffers(name, { name: dissection.model ?? '', hash }, { name: model.name, hash: own });
    }
    if (hash !== undefined) break;
  }
  return checkedUnits(model, dissection);
}

/** @throws Error where a layer has another number of units */
function checkedUnits(model: Model, dissection: DissectionShown): DissectionShown {
  const units = new Map(unitLayers(model).layers.map(({ layer, shape }) => [layer, shape[0]]));
  for (const { layer, units: own } of dissection.layers) {
    const count = units.get(layer);
    if (count === undefined || count === own.length) continue;
    throw new Error(
      `the dissection has ${own.length} units of '${layer}', the open ${model.name} has ${count}: it is of another net. Open that one first.`,
    );
  }
  return dissection;
}

/** Layers of results that the page does not list, such as those before an in-place layer. */
function unknownLayers(model: Model, top?: TopImages, dissection?: DissectionShown): string[] {
  const known = new Set(unitLayers(model).layers.map(({ layer }) => layer));
  const list = (file: string, layers: readonly { readonly layer: string }[] = []) => {
    const unknown = layers.filter(({ layer }) => !known.has(layer)).map(({ layer }) => layer);
    return unknown.length > 0
      ? [`${file}: ${unknown.join(', ')} of it are no layers of the open net, and are not shown`]
      : [];
  };
  return [...list(TOP, top?.layers), ...list(DISSECTION, dissection?.layers)];
}

function notShown({ paths = [] }: ResultFolder, isDissected: boolean, isGallery: boolean): string[] {
  const names = new Set(paths.map(baseOf));
  return Object.entries(OTHERS).flatMap(([name, words]) => {
    const belongs = (isDissected && SCANS.includes(name)) || (isGallery && name === 'gallery.json');
    return names.has(name) && !belongs ? [`${name} is not shown here: ${words}`] : [];
  });
}

const other = (folder: ResultFolder): string => {
  const notes = notShown(folder, false, false);
  return notes.length > 0 ? ` ${notes.join('. ')}.` : '';
};
