// The nets that come with the page: models/index.json lists them, and their files lie beside it.
/// <reference types="vite/client" />
import index from '../../models/index.json';

export interface BuiltInNet {
  readonly name: string;
  readonly about: string;
  readonly bytes: number;
}

const ADDRESSES = import.meta.glob<string>('../../models/*.safetensors', {
  query: '?url',
  import: 'default',
  eager: true,
});
const addressOf = (name: string): string | undefined => ADDRESSES[`../../models/${name}.safetensors`];

/** Names of all built-in nets, including those that do not accept pictures. */
export const BUILT_IN: readonly BuiltInNet[] = index.filter(({ name }) => addressOf(name) !== undefined);

/** The file of a net. @throws Error with the server's answer */
export async function fetchBuiltIn(name: string): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(addressOf(name) ?? '');
  if (!response.ok) throw new Error(`${name} could not be loaded: ${response.status} ${response.statusText}`);
  return new Uint8Array(await response.arrayBuffer());
}

/** Nets that accept pictures, each with the shape of its input. Reads only the headers of the files. */
export async function pictureNets(): Promise<(BuiltInNet & { readonly input: readonly number[] })[]> {
  const found = await Promise.all(
    BUILT_IN.map(async (net) => {
      const input = await fetchInput(net.name).catch(() => undefined);
      return input && takesPictures(input) ? [{ ...net, input: input.slice(1) }] : [];
    }),
  );
  return found.flat();
}

/** `[N, 3, H, W]`. */
export const takesPictures = (input: readonly number[]): boolean => input.length === 4 && input[1] === 3;

async function fetchInput(name: string): Promise<readonly number[]> {
  const length = headerLength(await fetchPart(name, 0, 8));
  return shapeIn(await fetchPart(name, 8, length));
}

/** Fetches `count` bytes from `start`. A server without range support sends the whole file. */
async function fetchPart(name: string, start: number, count: number): Promise<Uint8Array> {
  const response = await fetch(addressOf(name) ?? '', { headers: { Range: `bytes=${start}-${start + count - 1}` } });
  const bytes = new Uint8Array(await response.arrayBuffer());
  return response.status === 206 ? bytes : bytes.subarray(start, start + count);
}

/** The input's shape in a converted net's file. */
export const inputOf = (file: Uint8Array): readonly number[] => shapeIn(file.subarray(8, 8 + headerLength(file)));

const headerLength = (file: Uint8Array): number =>
  Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));

function shapeIn(header: Uint8Array): readonly number[] {
  const { __metadata__: metadata }: { readonly __metadata__?: { readonly input?: string } } = JSON.parse(
    new TextDecoder().decode(header),
  );
  const input: { readonly shape?: readonly number[] } = JSON.parse(metadata?.input ?? '{}');
  return input.shape ?? [];
}
