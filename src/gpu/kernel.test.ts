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

test('what a published shader lacks is added behind it, at its binding', () => {
  const wgsl = 'enable subgroups;\noverride FLAG:bool;@group(0)@binding(0)var<storage>x:array<u32>;\nfn main(){}';
  const whole = kernel({ name: 'published', wgsl, buffers, uniforms, constants: ['FLAG', 'TILE'] }).wgsl;
  expect(whole.slice(0, wgsl.length)).toBe(wgsl);
  expect(whole.slice(wgsl.length).trim().split('\n')).toEqual([
    '@group(0) @binding(1) var<storage, read_write> y: array<f32>;',
    'struct Uniforms { n: u32, rate: f32 } @group(0) @binding(2) var<uniform> u: Uniforms;',
    'override WGX: u32;',
    'override TILE: u32;',
  ]);
});
