// Decides which values may share memory, from the time each value is alive. A pure function, tested without a GPU.

/** A value needs memory from the step that first writes it to the step that last reads it, both included. */
export interface Lifetime {
  readonly id: number;
  readonly bytes: number;
  readonly first: number;
  readonly last: number;
  /** Values bound in the same dispatch, if that dispatch writes one of them. WebGPU requires different buffers for them. */
  readonly rivals: ReadonlySet<number>;
  /** The value is visible outside the plan, so it must start at the start of its buffer. */
  readonly atStart?: boolean;
}

/** The memory of a value: a slot, and an offset in it. */
export interface Place {
  readonly slot: number;
  /** Bytes from the start of the slot. */
  readonly offset: number;
}

export interface MemoryPlan {
  /** By value id. */
  readonly places: ReadonlyMap<number, Place>;
  /** Bytes of each slot. Each slot is one GPU buffer. */
  readonly sizes: readonly number[];
  /** The most bytes alive at any one step. No plan can need less. */
  readonly lowerBound: number;
}

interface Tenant extends Lifetime {
  readonly offset: number;
}

/**
 * Greedy best fit, largest value first. Each value gets the smallest gap that is free during its whole lifetime, or opens a new
 * slot. Several values can be in one slot at the same time. Offsets are multiples of `alignment`.
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

/** The smallest gap of a slot that fits `life`, between the values that are alive at the same time. */
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
