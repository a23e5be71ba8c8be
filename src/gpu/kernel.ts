// A kernel: one .wgsl file and its declaration. The declaration is what TypeScript checks at every dispatch,
// and test/registry.test.ts holds it against the file with wgsl_reflect, so that the two cannot drift.
import type { Named } from '../core/shape.js';
import type { FeatureName } from '../core/webTypes.js';

/** WGSL scalar types a uniform may have: 4 bytes each, so that a struct has no alignment rules to get wrong. */
export type UniformType = 'u32' | 'i32' | 'f32';

/** One compute shader. `B`, `U` and `C` are the names of its buffers, uniforms and `override` constants. */
export interface Kernel<B extends string = string, U extends string = string, C extends string = string> {
  readonly name: string;
  /** The shader: `import wgsl from './relu.wgsl?raw'`. */
  readonly wgsl: string;
  /** Storage buffers in `@binding` order; the uniform block `u` follows them. */
  readonly buffers: Named<B, 'read' | 'write'>;
  /** Members of the struct `Uniforms`, in order. */
  readonly uniforms: Named<U, UniformType>;
  /** `override`s beyond WGX, WGY, WGZ and TURNS: flags and tile sizes. */
  readonly constants: readonly C[];
  /**
   * Workgroup size, passed to the shader as the overrides WGX, WGY and WGZ. A shader of three that takes the last one in turns,
   * since a grid may be no deeper than a device allows, is told by the override TURNS whether it has to (1) or not (0).
   */
  readonly workgroup: readonly [x: number, y?: number, z?: number];
  /** Features the device must have for this kernel to be chosen. */
  readonly features: readonly FeatureName[];
}

/** Declares a kernel, of 64 threads in a row unless it says otherwise. */
export function kernel<B extends string, U extends string, C extends string = never>(declaration: {
  readonly name: string;
  readonly wgsl: string;
  readonly buffers: Named<B, 'read' | 'write'>;
  readonly uniforms: Named<U, UniformType>;
  readonly constants?: readonly C[];
  readonly workgroup?: readonly [x: number, y?: number, z?: number];
  readonly features?: readonly FeatureName[];
}): Kernel<B, U, C> {
  const whole = { constants: [], workgroup: [64] as const, features: [], ...declaration };
  return { ...whole, wgsl: declare(whole) };
}

/**
 * The shader with all that it declares. A published one lacks what can be told from here (storage of f32, the uniform block,
 * overrides that are u32, what makes `main` the entry point; vite.config.ts): every page would download it twice.
 */
function declare({ wgsl, buffers, uniforms, constants, workgroup }: Kernel): string {
  const storage = Object.entries(buffers).map(([name, access], binding) => [
    `var\\s*<[^>]*>\\s*${name}`,
    `@group(0) @binding(${binding}) var<storage, ${access === 'read' ? 'read' : 'read_write'}> ${name}: array<f32>;`,
  ]);
  const members = Object.entries(uniforms).map(([name, type]) => `${name}: ${type}`);
  // Whoever writes a shader may space it otherwise and call the block by another name.
  const block = [
    members.length > 0 ? 'var\\s*<\\s*uniform' : '',
    `struct Uniforms { ${members.join(', ')} } @group(0) @binding(${storage.length}) var<uniform> u: Uniforms;`,
  ];
  const sizes = ['WGX', 'WGY', 'WGZ'].slice(0, workgroup.length);
  const names = [...sizes, ...constants, ...(wgsl.includes('TURNS') ? ['TURNS'] : [])];
  const overrides = [...new Set(names)].map((name) => [`override\\s+${name}`, `override ${name}: u32;`]);
  const missing = [...storage, block, ...overrides].filter(([as]) => !new RegExp(`\\b${as}\\b`).test(wgsl));
  const entry = wgsl.includes('@compute') ? '' : `@compute @workgroup_size(${sizes}) `;
  return [wgsl.replace('fn main(', `${entry}$&`), ...missing.map(([, declaration]) => declaration)].join('\n');
}

/** What one way of doing an op took on a device. */
export interface VariantTime {
  readonly variant: string;
  /** Milliseconds; the least of several. */
  readonly ms: number;
}
