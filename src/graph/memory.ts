// Liveness to buffers: which values may share memory. A pure function, tested without a GPU.

/** One value that needs memory from the step it is first written to the step it is last read, both included. */
export interface Lifetime {
  readonly id: number;
  readonly bytes: number;
  readonly first: number;
  readonly last: number;
  /** Values that are bound with it in a dispatch that writes one of them: WebGPU wants them in other buffers. */
  readonly rivals: ReadonlySet<number>;
  /** Seen from outside, where a value begins where its buffer does. */
  readonly atStart?: boolean;
}

/** Where a value lies. */
export interface Place {
  readonly slot: number;
  /** Bytes from the slot's beginning. */
  readonly offset: number;
}

export interface MemoryPlan {
  /** By value id. */
  readonly places: ReadonlyMap<number, Place>;
  /** Bytes of each slot; one GPU buffer each. */
  readonly sizes: readonly number[];
  /** The most bytes alive at any one step: no plan can need less. */
  readonly lowerBound: number;
}

interface Tenant extends Lifetime {
  readonly offset: number;
}

/**
 * Greedy best fit, largest value first: each value takes the tightest room that is free over its whole lifetime, beside others
 * where a slot is large enough, or opens a new slot. Offsets are multiples of `alignment`.
 */
export function planMemory(lifetimes: readonly Lifetime[], alignment: number): MemoryPlan {
  const places = new Map<number, Place>();
  const slots: { readonly size: number; readonly tenants: Tenant[] }[] = [];
  const order = [...lifetimes].sort((a, b) => b.bytes - a.bytes || a.first - b.first || a.id - b.id);
  for (const life of order) {
    let best: (Place & { readonly room: number }) | undefined;
    for (const [slot, { size, tenants }] of slots.entries()) {
      const found = tightest(life, size, tenants, alignment);
      if (found && (!best || found.room < best.room)) best = { slot, ...found };
    }
    if (!best) {
      best = { slot: slots.length, offset: 0, room: life.bytes };
      slots.push({ size: life.bytes, tenants: [] });
    }
    const { slot, offset } = best;
    slots[slot].tenants.push({ ...life, offset });
    places.set(life.id, { slot, offset });
  }
  return { places, sizes: slots.map(({ size }) => size), lowerBound: peak(lifetimes) };
}

/** The smallest gap of a slot that holds `life`, between those who are there at the same time. */
function tightest(
  life: Lifetime,
  size: number,
  tenants: readonly Tenant[],
  alignment: number,
): { readonly offset: number; readonly room: number } | undefined {
  const present = tenants.filter((other) => other.first <= life.last && life.first <= other.last);
  if (present.some((other) => life.rivals.has(other.id))) return undefined;
  present.sort((a, b) => a.offset - b.offset);
  let best: { readonly offset: number; readonly room: number } | undefined;
  let offset = 0;
  for (const next of [...present, { offset: size, bytes: 0 }]) {
    const room = next.offset - offset;
    if (room >= life.bytes && (!best || room < best.room) && !(life.atStart && offset > 0)) best = { offset, room };
    offset = Math.max(offset, Math.ceil((next.offset + next.bytes) / alignment) * alignment);
  }
  return best;
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
