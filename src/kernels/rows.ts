// How many threads share a plane in kernels that make one number of each plane.
import type { DeviceTraits } from '../gpu/context.js';

/** Threads of a workgroup: of one plane, or of several small ones. */
export const GROUP = 64;

/**
 * Threads per plane of `size` numbers, a power of two. On a GPU neighbours in memory go to neighbours in a subgroup, and a small
 * map does not occupy a workgroup; on a CPU one thread per plane takes less than half the time of eight or more.
 */
export const lanesFor = (size: number, { software }: DeviceTraits): number =>
  software || size < 32 ? 1 : size < 1024 ? 8 : GROUP;
