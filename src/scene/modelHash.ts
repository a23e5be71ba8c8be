// A model's fingerprint: two models share it only where they have the same layers, attributes and weights.
import type { Model, WeightData } from '../graph/model.js';

/**
 * SHA-256 in hexadecimal over the input's shape, the layers with their attributes, and the weights. Preprocessing, labels and names
 * of the net are not in it. Undefined where there is no `crypto.subtle`, as on pages that are not served by https.
 */
export async function modelHash(model: Model): Promise<string | undefined> {
  const weights: unknown[] = [];
  for (const [key, weight] of [...model.weights].sort(([a], [b]) => (a < b ? -1 : 1))) {
    weights.push([key, weight.dtype, weight.shape, await digest(bytesOf(weight))]);
  }
  const { input, sides = [], layers } = model;
  const shapes = [input, ...sides].map(({ name, shape }) => [name, shape]);
  return hashOf([shapes, layers, weights]);
}

/** SHA-256 in hexadecimal of plain data and arrays of numbers, whatever the order of its fields; undefined as for `modelHash`. */
export const hashOf = (data: unknown): Promise<string | undefined> => digest(new TextEncoder().encode(textOf(data)));

async function digest(bytes: BufferSource): Promise<string | undefined> {
  // Typed as always there, which it is not.
  const subtle = (globalThis.crypto as Crypto | undefined)?.subtle as SubtleCrypto | undefined;
  if (!subtle) return undefined;
  const hash = new Uint8Array(await subtle.digest('SHA-256', bytes));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The numbers' bytes, in memory of their own. */
const bytesOf = ({ data }: WeightData): Uint8Array<ArrayBuffer> =>
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice();

/** Data as text, the same wherever and whenever: fields in the order of their names, and all numbers told apart. */
function textOf(value: unknown): string {
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'undefined';
  if (Array.isArray(value)) return `[${value.map(textOf).join()}]`;
  if (ArrayBuffer.isView(value)) return `[${Array.from(value as Float32Array, textOf).join()}]`;
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([name, field]) => `${JSON.stringify(name)}:${textOf(field)}`).join()}}`;
}
