import { expect, test } from 'vitest';
import { link, type WgslLibrary } from './wgsl.js';

const a: WgslLibrary = { name: 'a', wgsl: 'fn a() {}' };
const b: WgslLibrary = { name: 'b', wgsl: 'fn b() { a(); }', uses: [a] };
const c: WgslLibrary = { name: 'c', wgsl: 'fn c() { a(); b(); }', uses: [a, b], enables: ['subgroups'] };

test('a shader that uses nothing stays as it is', () => {
  const wgsl = '// y = x.\n@compute @workgroup_size(1)\nfn main() {}\n';
  expect(link(wgsl, [])).toBe(wgsl);
});

test('libraries follow the shader, with what they use in turn, each once', () => {
  expect(link('fn main() { b(); a(); }', [b, a])).toBe('fn main() { b(); a(); }\nfn b() { a(); }\nfn a() {}');
});

test('what libraries enable comes first and moves no line of the shader', () => {
  expect(link('// main\nfn main() { c(); }', [c]).split('\n').slice(0, 3)).toEqual([
    'enable subgroups; // main',
    'fn main() { c(); }',
    'fn c() { a(); b(); }',
  ]);
});
