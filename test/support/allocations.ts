// Measures what a function allocates: the array buffers it creates, counted in their constructors, and the growth of the heap.
import { getHeapStatistics } from 'node:v8';

/** Constructors of memory outside the heap. `constructor` is replaced too, because `map` and `slice` use it. */
const KINDS = [
  'ArrayBuffer',
  'Uint8Array',
  'Int8Array',
  'Uint16Array',
  'Int16Array',
  'Int32Array',
  'Uint32Array',
  'Float32Array',
  'Float64Array',
  'BigInt64Array',
  'Uint8ClampedArray',
] as const;

export interface Allocated {
  /** The thrown error, if any. */
  readonly error: unknown;
  /** Bytes of all created array buffers, whether still in use or not. */
  readonly buffers: number;
  /** Growth of the heap in bytes, without what was collected in the meantime. */
  readonly heap: number;
}

/** Runs `work` and measures it. */
export function measured(work: () => void): Allocated {
  let buffers = 0;
  const restore = KINDS.map((kind) => {
    const original = globalThis[kind];
    const counting: object = new Proxy(original, {
      construct(target, args: unknown[], newTarget): object {
        const made: unknown = Reflect.construct(target, args, newTarget === counting ? target : newTarget);
        if (!(made instanceof ArrayBuffer || ArrayBuffer.isView(made))) throw new Error(`${kind} made something else`);
        // A view of an existing buffer allocates nothing.
        if (!(args[0] instanceof ArrayBuffer || args[0] instanceof SharedArrayBuffer)) buffers += made.byteLength;
        return made;
      },
    });
    Reflect.set(globalThis, kind, counting);
    Reflect.set(original.prototype, 'constructor', counting);
    return () => {
      Reflect.set(globalThis, kind, original);
      Reflect.set(original.prototype, 'constructor', original);
    };
  });
  const before = getHeapStatistics().used_heap_size;
  let error: unknown;
  try {
    work();
  } catch (thrown) {
    error = thrown;
  }
  const heap = getHeapStatistics().used_heap_size - before;
  for (const undo of restore) undo();
  return { error, buffers, heap };
}
