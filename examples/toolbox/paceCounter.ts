// Measures frames per second and latency.
import type { Pace } from './protocol.js';

/** Interval in milliseconds for counting frames. */
const PACE_EVERY = 500;

export class PaceCounter {
  #since = 0;
  #frames = 0;
  #latency = 0;
  #encode = 0;
  #total = 0;

  /** Records that a frame taken `at` was drawn after `encode` milliseconds of work. Returns statistics when they are due. */
  count(at: number, encode: number): Pace | undefined {
    const now = performance.now();
    this.#frames++;
    this.#total++;
    this.#latency += performance.timeOrigin + now - at;
    this.#encode += encode;
    const since = now - this.#since;
    if (since < PACE_EVERY) return undefined;
    const frames = this.#frames;
    const pace = {
      fps: (1000 * frames) / since,
      latency: this.#latency / frames,
      encode: this.#encode / frames,
      frames: this.#total,
    };
    this.#since = now;
    this.#frames = 0;
    this.#latency = 0;
    this.#encode = 0;
    return pace;
  }
}
