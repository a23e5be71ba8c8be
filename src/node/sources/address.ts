// Pictures on the web.
import { ImageError } from '../../core/errors.js';
import { reasonOf } from './reason.js';

/** Milliseconds for a whole picture. */
const TIMEOUT = 30_000;

/** The bytes at an address that begins with http:// or https://. @throws ImageError naming the address */
export async function bytesAt(address: string, timeout = TIMEOUT): Promise<Uint8Array> {
  try {
    const response = await fetch(address, { signal: AbortSignal.timeout(timeout) });
    if (!response.ok) throw new ImageError(`the server answers ${response.status} ${response.statusText}`.trimEnd());
    return new Uint8Array(await response.arrayBuffer());
  } catch (error) {
    const late = error instanceof Error && error.name === 'TimeoutError';
    // `fetch` says only that it failed; what did is the cause.
    const cause = error instanceof TypeError && error.cause ? error.cause : error;
    const reason = late ? `it did not come within ${timeout / 1000} seconds` : reasonOf(cause);
    throw new ImageError(`${address}: ${reason}`, { cause: error });
  }
}
