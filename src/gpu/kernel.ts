// A kernel: one .wgsl file and its declaration. TypeScript checks every dispatch against the declaration, and
// test/registry.test.ts checks the declaration against the file, so that the two cannot drift apart.
import type { Named } from '../core/shape.js';
import type { FeatureName } from '../core/webTypes.js';
import { link, type WgslLibrary } from './wgsl.js';

/** WGSL scalar types a uniform may have: 4 bytes each, so that a struct has no alignment rules to get wrong. */
export type UniformType = 'u32' | 'i32' | 'f32';

/**
 * How a kernel covers a grid that is longer than the device allows.
 * - `fold`, of one dimension: the row of workgroups continues along y. `main` numbers its threads by
 *   `id.y * groups.x * WGX + id.x`, where `groups` is `num_workgroups`.
 * - `turns`, of several dimensions: the last one is cut short, and each workgroup does several parts of it in a loop. Even a
 *   loop that ends after one turn costs a CPU adapter time, so the override TURNS says whether there is more than one turn.
 */
export type LongGrid = 'fold' | 'turns';

/** One compute shader. `B`, `U` and `C` are the names of its buffers, uniforms and `override` constants. */
export interface Kernel<B extends string = string, U extends string = string, C extends string = string> {
  readonly name: string;
  /** The whole shader: its file, and the libraries it uses. */
  readonly wgsl: string;
  /** Storage buffers in `@binding` order; the uniform block `u` follows them. */
  readonly buffers: Named<B, 'read' | 'write'>;
  /** Members of the struct `Uniforms`, in order. */
  readonly uniforms: Named<U, UniformType>;
  /** `override`s beyond WGX, WGY, WGZ and TURNS: flags and tile sizes. */
  readonly constants: readonly C[];
  /** Workgroup size, passed to the shader as the overrides WGX, WGY and WGZ. */
  readonly workgroup: readonly [x: number, y?: number, z?: number];
  /** Without it, a grid longer than the device allows is refused. */
  readonly longGrid?: LongGrid;
  /** Features the device must have for this kernel to be chosen. */
  readonly features: readonly FeatureName[];
}

/** Declares a kernel, of 64 threads in a row unless it says otherwise. */
export function kernel<B extends string, U extends string, C extends string = never>(declaration: {
  readonly name: string;
  /** The kernel's file: `import wgsl from './relu.wgsl?raw'`. */
  readonly wgsl: string;
  /** Libraries that the file calls. */
  readonly uses?: readonly WgslLibrary[];
  readonly buffers: Named<B, 'read' | 'write'>;
  readonly uniforms: Named<U, UniformType>;
  readonly constants?: readonly C[];
  readonly workgroup?: readonly [x: number, y?: number, z?: number];
  readonly longGrid?: LongGrid;
  readonly features?: readonly FeatureName[];
}): Kernel<B, U, C> {
  const { wgsl, uses = [], ...stated } = declaration;
  return { constants: [], workgroup: [64], features: [], ...stated, wgsl: link(wgsl, uses) };
}

/** What one way of doing an op took on a device. */
export interface VariantTime {
  readonly variant: string;
  /** Milliseconds; the least of several. */
  readonly ms: number;
}
