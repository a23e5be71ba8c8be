// What chains are given: nets beside the one that is asked, statistics of codes, and codes of pictures to start from.
/// <reference types="vite/client" />
import { activations, type Context, type Model, type Picture, preprocessPicture } from 'convscope';
import { loadSafetensors, readCodes } from 'convscope/importers';
import { worldImage } from 'convscope/world';
import codesAddress from '../../models/mini-encoder.codes.safetensors?url';
import { fetchBuiltIn } from '../shared/builtIn.js';
import type { Asked } from './address.js';

/** As `world:INDEX` of the command. No built-in net was trained on this seed. */
const WORLD_SEED = 2;
const CODE_LAYER = 'fc6';

/** Each fetched once; after a failure the next try may find the server answering. */
function once<T>(load: (name: string) => Promise<T>): (name: string) => Promise<T> {
  const loaded = new Map<string, Promise<T>>();
  return (name) => {
    const promise = loaded.get(name) ?? load(name);
    loaded.set(name, promise);
    promise.catch(() => loaded.delete(name));
    return promise;
  };
}

const netNamed = once(async (name) => loadSafetensors(await fetchBuiltIn(name)));
const codesAt = once(async (address) => {
  const response = await fetch(address);
  if (!response.ok)
    throw new Error(`statistics of codes could not be loaded: ${response.status} ${response.statusText}`);
  return readCodes(new Uint8Array(await response.arrayBuffer()));
});

export const worldPicture = (index: number) => worldImage(WORLD_SEED, index);

/** The nets, by the names that the parts have for them. */
export async function netsFor({ prior, say }: Asked): Promise<Readonly<Record<string, Model>>> {
  const wanted = {
    generator: 'mini-generator',
    encoder: 'mini-encoder',
    ...(prior === 'ppgn-h' && { denoiser: 'mini-dae' }),
    ...(say !== '' && { captioner: 'mini-captioner', reader: 'mini-caffenet-robust' }),
  };
  return Object.fromEntries(
    await Promise.all(Object.entries(wanted).map(async ([name, net]) => [name, await netNamed(net)] as const)),
  );
}

/** Means, then deviations, of the numbers of real pictures' codes. */
export async function codeNumbers(): Promise<Float32Array> {
  const { mean, deviation } = await codesAt(codesAddress);
  return Float32Array.from([...mean, ...deviation]);
}

/** The code that the encoder finds in each picture. */
export async function codesOf(ctx: Context, pictures: readonly Picture[]): Promise<readonly Float32Array[]> {
  const encoder = await netNamed('mini-encoder');
  const codes: Float32Array[] = [];
  for (const picture of pictures) {
    const data = await preprocessPicture(ctx, encoder, picture);
    const found = (await activations(ctx, encoder, data, [CODE_LAYER])).get(CODE_LAYER);
    if (!found) throw new Error(`${encoder.name} has no ‘${CODE_LAYER}’`);
    codes.push(Float32Array.from(found.data));
  }
  return codes;
}
