// The zoo: public nets that the toolbox downloads on demand, listed in models/zoo.json.
import type { Preprocessing } from 'convscope';
import { type JsonObject, jsonReader } from './json.js';
import type { KeptFile } from './modelCache.js';

export interface ZooFile extends KeptFile {
  readonly url: string;
}

export interface ZooNet {
  /** The name in the address. */
  readonly name: string;
  readonly title: string;
  readonly about: string;
  readonly licence: string;
  /** The publisher's page. */
  readonly source: string;
  /** The net's own files, and its labels. */
  readonly files: readonly ZooFile[];
  /** If the files do not say how pixels become input. */
  readonly preprocessing?: Partial<Preprocessing>;
  /** Folder of a pack of its pictures, if there is one. */
  readonly pack?: string;
}

const MANIFEST = new URL('../../models/zoo.json', import.meta.url);

/** Reads the list that came with the page. */
export async function fetchZoo(): Promise<ZooNet[]> {
  const response = await fetch(MANIFEST);
  if (!response.ok) throw new Error(`zoo.json could not be loaded: ${response.status} ${response.statusText}`);
  return parseZoo(await response.json());
}

export const bytesOf = (files: readonly KeptFile[]): number => files.reduce((sum, { bytes }) => sum + bytes, 0);

const { bad, text, list, object, whole, sha256 } = jsonReader('zoo.json');

/** @throws Error that names the field, the rule and the value */
export function parseZoo(value: unknown): ZooNet[] {
  const nets = list(value, '').map((net, i) => parseNet(object(net, `[${i}]`), `[${i}]`));
  const twice = nets.find(({ name }, i) => nets.findIndex((n) => n.name === name) < i);
  return twice ? bad('name', 'unlike every other', twice.name) : nets;
}

function parseNet(net: JsonObject, at: string): ZooNet {
  const files = list(net.files, `${at}.files`);
  if (files.length === 0) bad(`${at}.files`, 'one file at least', files);
  const { preprocessing, pack } = net;
  return {
    name: text(net.name, `${at}.name`),
    title: text(net.title, `${at}.title`),
    about: text(net.about, `${at}.about`),
    licence: text(net.licence, `${at}.licence`),
    source: address(net.source, `${at}.source`),
    files: files.map((file, i) => parseFile(object(file, `${at}.files[${i}]`), `${at}.files[${i}]`)),
    ...(preprocessing !== undefined && {
      preprocessing: parsePreprocessing(object(preprocessing, `${at}.preprocessing`), `${at}.preprocessing`),
    }),
    ...(pack !== undefined && { pack: folder(pack, `${at}.pack`) }),
  };
}

const parseFile = (file: JsonObject, at: string): ZooFile => ({
  name: text(file.name, `${at}.name`),
  url: address(file.url, `${at}.url`),
  bytes: whole(file.bytes, `${at}.bytes`),
  sha256: sha256(file.sha256, `${at}.sha256`),
});

function address(value: unknown, at: string): string {
  const url = text(value, at);
  // Unencrypted only from this machine, where tests serve small files.
  return /^(https:|http:\/\/(127\.0\.0\.1|localhost)[:/])/.test(url) ? url : bad(at, 'an https address', url);
}

/** An address of a folder: what lies in it has its address from there. */
const folder = (value: unknown, at: string): string => `${address(value, at).replace(/\/$/, '')}/`;

/** Reads the preprocessing from a file or a list. Missing values stay unset. */
export function parsePreprocessing(value: JsonObject, at: string): Partial<Preprocessing> {
  const { order, mean, scale, fit, alpha } = value;
  const numbers = (v: unknown, field: string): number[] =>
    list(v, field).map((n) => (typeof n === 'number' && Number.isFinite(n) ? n : bad(field, 'numbers', v)));
  if (order !== undefined && order !== 'rgb' && order !== 'bgr' && order !== 'gray')
    bad(`${at}.order`, 'rgb, bgr or gray', order);
  if (fit !== undefined && fit !== 'crop' && fit !== 'stretch') bad(`${at}.fit`, 'crop or stretch', fit);
  return {
    ...((order === 'rgb' || order === 'bgr' || order === 'gray') && { order }),
    ...(mean !== undefined && { mean: numbers(mean, `${at}.mean`) }),
    ...(scale !== undefined && { scale: typeof scale === 'number' ? scale : numbers(scale, `${at}.scale`) }),
    ...((fit === 'crop' || fit === 'stretch') && { fit }),
    ...(typeof alpha === 'boolean' && { alpha }),
  };
}
