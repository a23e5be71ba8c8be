// Kernels that join the numbers of each row: sums, maxima, and what is normalized by them. Which threads a row gets, and
// whether they meet in a subgroup or in workgroup memory, is chosen by the device and the rows.
import type { Named } from '../core/shape.js';
import type { DeviceTraits } from './context.js';
import { type Kernel, kernel, type UniformType } from './kernel.js';
import sharedSource from './rows.wgsl?raw';
import subgroupSource from './rows_subgroup.wgsl?raw';
import workgroupSource from './rows_workgroup.wgsl?raw';
import type { WgslLibrary } from './wgsl.js';

const shared: WgslLibrary = { name: 'rows', wgsl: sharedSource };
/** Rows whose threads meet in workgroup memory. */
export const workgroupRows: WgslLibrary = { name: 'rows_workgroup', wgsl: workgroupSource, uses: [shared] };
/** Rows whose threads meet in subgroups. */
export const subgroupRows: WgslLibrary = {
  name: 'rows_subgroup',
  wgsl: subgroupSource,
  uses: [shared],
  enables: ['subgroups'],
};

type Constant = 'WGX' | 'LANES' | 'MEET';

/** One kernel without subgroups and with them. */
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

/** What shares a row. */
export const WAYS = ['subgroup', 'workgroup', 'thread'] as const;
export type Way = (typeof WAYS)[number];

/** Rows of L numbers, one for each of outer · inner: along the middle axis of `[outer, L, inner]`. */
export interface Rows {
  readonly outer: number;
  readonly L: number;
  readonly inner: number;
}

/** Numbers of a row that one thread may add up one after the other, where neighbours belong to different rows. */
const DEEP_ROW = 4096;
/** Rows side by side from which on threads read neighbours. */
const ACROSS = 8;
/** Numbers of a row from which on it gets a workgroup of a GPU, and the larger one. */
const LONG_ROW = 1024;

/**
 * The ways to share rows, the one that is best as a rule first: a `thread` each, which reads faster where neighbours belong to
 * different rows; a `subgroup` each, without memory and barriers; or a `workgroup` each, whose threads meet in memory.
 */
export function rowWays({ outer, L, inner }: Rows, { software, subgroupSize }: DeviceTraits): Way[] {
  // Rows from which on a device is busy with one thread each, and numbers of a row for which one is enough.
  const [many, few] = software ? [64, 512] : [4096, 32];
  const thread = outer * inner >= many && L <= (inner < ACROSS ? few : DEEP_ROW);
  // A barrier costs a CPU more than what it is for.
  const workgroup = !software && L >= LONG_ROW;
  const best: Way = thread ? 'thread' : workgroup || subgroupSize === 0 ? 'workgroup' : 'subgroup';
  return [best, ...WAYS.filter((way) => way !== best && (way !== 'subgroup' || subgroupSize > 0))];
}

/** What the overrides of rows.wgsl are for rows shared in some way, and whether that takes subgroups. */
export function sharing(way: Way, L: number, { software, subgroupSize }: DeviceTraits) {
  // All of a subgroup's threads are there.
  const workgroup = Math.max(subgroupSize, software ? 16 : L < LONG_ROW ? 64 : 256);
  const WGX = { thread: 64, subgroup: subgroupSize, workgroup }[way];
  return {
    constants: { WGX, LANES: way === 'thread' ? 1 : WGX, MEET: way === 'workgroup' ? 1 : 0 },
    subgroups: way !== 'thread' && subgroupSize > 0,
  };
}
