// Waiting for an adapter on the CPU, in Node. While a promise of a device's is open, Dawn asks for its end in every turn of the
// event loop, without a pause: a whole core, which the adapter could compute with. Here the loop sleeps between its turns.

/** Milliseconds that a sleep takes at most. */
const LONGEST = 8;
/** Of the time waited so far: what is over soon is heard of soon, and the rest at most this much late. */
const SHARE = 1 / 16;
/** Not worth a sleep. */
const SHORTEST = 0.2;
const nobody = new Int32Array(new SharedArrayBuffer(4));

/** `promise`, waited for with pauses in which nothing else runs in this thread either. */
export async function restfully<T>(promise: Promise<T>): Promise<T> {
  const began = performance.now();
  let open = true;
  const settled = promise.finally(() => {
    open = false;
  });
  // Heard of below; until then nobody listens.
  settled.catch(() => undefined);
  while (open) {
    const pause = Math.min(LONGEST, (performance.now() - began) * SHARE);
    if (pause > SHORTEST) Atomics.wait(nobody, 0, 0, pause);
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
  return settled;
}
