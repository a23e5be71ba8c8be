// Kernels that combine the numbers of each row: sums, maxima, and normalizations. How many threads share a row, and whether
// they exchange values in a subgroup or in workgroup memory, depends on the device and on the rows.
import type { Named } from '../core/shape.js';
import type { DeviceTraits } from './context.js';
import { type Kernel, kernel, type UniformType } from './kernel.js';
import sharedSource from './rows.wgsl?raw';
import subgroupSource from './rows_subgroup.wgsl?raw';
import workgroupSource from './rows_workgroup.wgsl?raw';
import type { WgslLibrary } from './wgsl.js';

const shared: WgslLibrary = { name: 'rows', wgsl: sharedSource };
/** Rows whose threads exchange values in workgroup memory. */
export const workgroupRows: WgslLibrary = { name: 'rows_workgroup', wgsl: workgroupSource, uses: [shared] };
/** Rows whose threads exchange values in a subgroup. */
export const subgroupRows: WgslLibrary = {
  name: 'rows_subgroup',
  wgsl: subgroupSource,
  uses: [shared],
  enables: ['subgroups'],
};

type Constant = 'WGX' | 'LANES' | 'MEET';

/** One kernel without subgroups and one with them. */
export type RowKernel<B extends string = string, U extends string = string, C extends string = string> = readonly [
  plain: Kernel<B, U, C | Constant>,
  subgroup: Kernel<B, U, C | Constant>,
];

/** Declares a kernel that uses rows.wgsl, once without subgroups (and with the libraries `plain`) and once with them (and `subgroup`). */
export function rowKernel<B extends string, U extends string, C extends string = never>({
  name,
  uses = [],
  plain = [],
  subgroup = [],
  constants = [],
  ...more
}: {
  readonly name: string;
  readonly wgsl: string;
  readonly uses?: readonly WgslLibrary[];
  readonly plain?: readonly WgslLibrary[];
  readonly subgroup?: readonly WgslLibrary[];
  readonly buffers: Named<B, 'read' | 'write'>;
  readonly uniforms: Named<U, UniformType>;
  readonly constants?: readonly C[];
}): RowKernel<B, U, C> {
  const declared = { ...more, constants: ['WGX', 'LANES', 'MEET', ...constants], longGrid: 'fold' } as const;
  return [
    kernel({ ...declared, name, uses: [...uses, ...plain, workgroupRows] }),
    kernel({
      ...declared,
      name: `${name}_subgroup`,
      uses: [...uses, ...subgroup, subgroupRows],
      features: ['subgroups'],
    }),
  ];
}

/** The three ways to share a row. */
export const WAYS = ['subgroup', 'workgroup', 'thread'] as const;
export type Way = (typeof WAYS)[number];

/** Rows of L numbers, along the middle axis of `[outer, L, inner]`. There are outer · inner rows. */
export interface Rows {
  readonly outer: number;
  readonly L: number;
  readonly inner: number;
}

/** A single thread may add up to this many numbers of a row, if neighbouring numbers belong to different rows. */
const DEEP_ROW = 4096;
/** From this many rows next to each other on, threads read neighbouring numbers. */
const ACROSS = 8;
/** From this many numbers on, a row gets a whole workgroup on a GPU. */
const LONG_ROW = 1024;

/**
 * The ways to share rows, the usually best one first. `thread`: one thread per row, which reads faster if neighbours belong to
 * different rows. `subgroup`: one subgroup per row, without memory and barriers. `workgroup`: one workgroup per row, with
 * workgroup memory.
 */
export function rowWays({ outer, L, inner }: Rows, { software, subgroupSize }: DeviceTraits): Way[] {
  // Enough rows to keep the device busy with one thread each, and few enough numbers for one thread.
  const [many, few] = software ? [64, 512] : [4096, 32];
  const thread = outer * inner >= many && L <= (inner < ACROSS ? few : DEEP_ROW);
  // A barrier costs a CPU more than it saves.
  const workgroup = !software && L >= LONG_ROW;
  const best: Way = thread ? 'thread' : workgroup || subgroupSize === 0 ? 'workgroup' : 'subgroup';
  return [best, ...WAYS.filter((way) => way !== best && (way !== 'subgroup' || subgroupSize > 0))];
}

/** The values of rows.wgsl's overrides for a way to share rows, and whether it needs subgroups. */
export function sharing(way: Way, L: number, { software, subgroupSize }: DeviceTraits) {
  // All of a subgroup's threads are there.
  const workgroup = Math.max(subgroupSize, software ? 16 : L < LONG_ROW ? 64 : 256);
  const WGX = { thread: 64, subgroup: subgroupSize, workgroup }[way];
  return {
    constants: { WGX, LANES: way === 'thread' ? 1 : WGX, MEET: way === 'workgroup' ? 1 : 0 },
    subgroups: way !== 'thread' && subgroupSize > 0,
  };
}
