import { expect, test } from 'vitest';
import { kernel } from './kernel.js';

const buffers = { x: 'read', y: 'write' } as const;
const uniforms = { n: 'u32', rate: 'f32' } as const;

test('a shader that declares everything, however it is spaced, stays as it is', () => {
  const wgsl = `
struct Sizes { n : u32, rate : f32 }
@group(0) @binding(0) var <storage, read>  x : array<f32>;
@group(0) @binding(1)
var<storage,read_write>
  y : array<f32>;
@group(0) @binding(2) var<uniform> sizes : Sizes;
override  WGX : u32 = 64;
@compute @workgroup_size(WGX) fn main() {}`;
  expect(kernel({ name: 'own', wgsl, buffers, uniforms }).wgsl).toBe(wgsl);
});

test('what a published shader lacks is added: bindings, overrides, the entry point’s attributes', () => {
  const head = 'enable subgroups;\noverride FLAG:bool;@group(0)@binding(0)var<storage>x:array<u32>;\n';
  const workgroup = [8, 4] as const;
  const declared = { name: 'published', buffers, uniforms, constants: ['FLAG', 'TILE'], workgroup };
  const { wgsl } = kernel({ ...declared, wgsl: `${head}fn main(){}` });
  expect(wgsl.slice(0, head.length)).toBe(head);
  expect(wgsl.slice(head.length).split('\n')).toEqual([
    '@compute @workgroup_size(WGX,WGY) fn main(){}',
    '@group(0) @binding(1) var<storage, read_write> y: array<f32>;',
    'struct Uniforms { n: u32, rate: f32 } @group(0) @binding(2) var<uniform> u: Uniforms;',
    'override WGX: u32;',
    'override WGY: u32;',
    'override TILE: u32;',
  ]);
});
