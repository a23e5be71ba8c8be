// Liveness to buffers: which values may share memory. A pure function, tested without a GPU.

/** One value that needs memory from the step it is first written to the step it is last read, both included. */
export interface Lifetime {
  readonly id: number;
  readonly bytes: number;
  readonly first: number;
  readonly last: number;
}

export interface MemoryPlan {
  /** Value id → index of its slot. */
  readonly slot: ReadonlyMap<number, number>;
  /** Bytes of each slot; one GPU buffer each. */
  readonly sizes: readonly number[];
  /** The most bytes alive at any one step: no plan can need less. */
  readonly lowerBound: number;
}

/**
 * Greedy best fit, largest value first: each value takes the smallest slot that is free over its whole lifetime,
 * or opens a new one. Two values alive at the same step never share, since WebGPU forbids a buffer bound for reading
 * and writing in one dispatch.
 */
export function planMemory(lifetimes: readonly Lifetime[]): MemoryPlan {
  const slot = new Map<number, number>();
  const sizes: number[] = [];
  const occupants: Lifetime[][] = [];
  const order = [...lifetimes].sort((a, b) => b.bytes - a.bytes || a.first - b.first || a.id - b.id);
  for (const life of order) {
    let best = -1;
    for (let i = 0; i < sizes.length; i++) {
      const free = occupants[i].every((other) => other.last < life.first || life.last < other.first);
      if (free && (best < 0 || sizes[i] < sizes[best])) best = i;
    }
    if (best < 0) {
      best = sizes.length;
      sizes.push(life.bytes);
      occupants.push([]);
    }
    occupants[best].push(life);
    slot.set(life.id, best);
  }
  return { slot, sizes, lowerBound: peak(lifetimes) };
}

function peak(lifetimes: readonly Lifetime[]): number {
  const changes = new Map<number, number>();
  for (const { first, last, bytes } of lifetimes) {
    changes.set(first, (changes.get(first) ?? 0) + bytes);
    changes.set(last + 1, (changes.get(last + 1) ?? 0) - bytes);
  }
  let now = 0;
  let most = 0;
  for (const [, change] of [...changes].sort(([a], [b]) => a - b)) {
    now += change;
    most = Math.max(most, now);
  }
  return most;
}
