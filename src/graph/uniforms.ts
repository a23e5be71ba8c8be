// Puts all uniforms of a plan into one buffer: the block of each dispatch, and the bytes that each param sets.
import type { Kernel } from '../gpu/kernel.js';
import type { Dispatch, Scalar } from './tape.js';

export interface UniformLayout {
  readonly data: ArrayBuffer;
  readonly blocks: readonly { readonly offset: number; readonly size: number }[];
  /** Param id → byte offsets of every uniform that it sets. */
  readonly slots: ReadonlyMap<number, readonly number[]>;
}

export function layoutUniforms(dispatches: readonly Dispatch[], alignment: number): UniformLayout {
  const blocks: { offset: number; size: number }[] = [];
  let end = 0;
  for (const { kernel } of dispatches) {
    const members = Object.keys(kernel.uniforms).length;
    const size = Math.ceil((members * 4) / 16) * 16;
    blocks.push({ offset: end, size });
    if (size > 0) end = Math.ceil((end + size) / alignment) * alignment;
  }
  const data = new ArrayBuffer(end);
  const view = new DataView(data);
  const slots = new Map<number, number[]>();
  dispatches.forEach((d, i) => {
    let offset = blocks[i].offset;
    for (const [name, type] of uniformEntries(d.kernel)) {
      const scalar: Scalar = d.uniforms[name];
      if (typeof scalar === 'number') {
        writeScalar(view, offset, type, scalar);
      } else {
        writeScalar(view, offset, type, scalar.initial);
        slots.set(scalar.id, [...(slots.get(scalar.id) ?? []), offset]);
      }
      offset += 4;
    }
  });
  return { data, blocks, slots };
}

const uniformEntries = (kernel: Kernel) => Object.entries(kernel.uniforms);

export function writeScalar(view: DataView, offset: number, type: 'u32' | 'i32' | 'f32', value: number): void {
  if (type === 'f32') view.setFloat32(offset, value, true);
  else if (type === 'i32') view.setInt32(offset, value, true);
  else view.setUint32(offset, value, true);
}
