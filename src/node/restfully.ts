// Waits for a CPU adapter in Node without wasting a core. While a promise of a device is pending, Dawn polls in every iteration
// of the event loop, without a pause. This uses a whole core, which the adapter could compute with. Here the loop sleeps
// between its iterations.

/** Longest sleep in milliseconds. */
const LONGEST = 8;
/** Sleep this share of the time waited so far. Short waits then end promptly, and long ones are at most this much late. */
const SHARE = 1 / 16;
/** Shorter sleeps are not worth it. */
const SHORTEST = 0.2;
const nobody = new Int32Array(new SharedArrayBuffer(4));

/** Waits for `promise` with pauses. Nothing else runs in this thread during a pause. */
export async function restfully<T>(promise: Promise<T>): Promise<T> {
  const began = performance.now();
  let open = true;
  const settled = promise.finally(() => {
    open = false;
  });
  // The promise is awaited below; until then a rejection would be unhandled.
  settled.catch(() => undefined);
  while (open) {
    const pause = Math.min(LONGEST, (performance.now() - began) * SHARE);
    if (pause > SHORTEST) Atomics.wait(nobody, 0, 0, pause);
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
  return settled;
}
