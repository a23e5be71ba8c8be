// Every kernel's declaration against its shader, and every layer folder against the checklist of CONTRIBUTING.md.
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { WgslReflect } from 'wgsl_reflect/wgsl_reflect.module.js';
import type { Kernel } from '../src/gpu/kernel.js';
import type { Op } from '../src/graph/tape.js';
import * as common from '../src/kernels/common.js';
import * as registry from '../src/kernels/index.js';

const ROOT = resolve(import.meta.dirname, '../src/kernels');
const folders = readdirSync(ROOT, { withFileTypes: true })
  .filter((e) => e.isDirectory())
  .map((e) => e.name);
const modules = import.meta.glob<{ kernels: readonly (Kernel | readonly Kernel[])[] }>('../src/kernels/*/index.ts', {
  eager: true,
});
const rules = import.meta.glob<{ caffe: object; onnx: object }>('../src/kernels/*/import.ts', { eager: true });
const kernelsOf = (folder: string): readonly Kernel[] => modules[`../src/kernels/${folder}/index.ts`].kernels.flat();

/** Folders whose meaning is tested where they are used, and the reason. */
const NO_REFERENCE: Readonly<Record<string, string>> = {};

describe('kernels', () => {
  for (const folder of folders) {
    for (const kernel of kernelsOf(folder)) {
      test(`${kernel.name}: the declaration is the shader's`, () => {
        // The reflector does not know enable directives; they declare nothing.
        const shader = new WgslReflect(kernel.wgsl.replace(/^enable .*;$/gm, ''));
        expect(shader.entry.compute.map((f) => f.name)).toEqual(['main']);

        const storage = [...shader.storage].sort((a, b) => a.binding - b.binding);
        const declared = Object.entries(kernel.buffers).map(([name, access], binding) => ({
          name,
          binding,
          access: access === 'read' ? 'read' : 'read_write',
        }));
        expect(storage.map(({ name, binding, access }) => ({ name, binding, access }))).toEqual(declared);

        const [uniform] = shader.uniforms;
        const members = Object.entries(kernel.uniforms).map(([name, type]) => ({ name, type }));
        expect((uniform?.members ?? []).map((m) => ({ name: m.name, type: m.type.name }))).toEqual(members);
        if (uniform) expect(uniform.binding).toBe(declared.length);

        const sizes = ['WGX', 'WGY', 'WGZ'].slice(0, kernel.workgroup.length);
        const overrides = shader.overrides.map((o) => o.name).sort();
        const turns = kernel.wgsl.includes('TURNS') ? ['TURNS'] : [];
        expect(overrides).toEqual([...new Set([...sizes, ...turns, ...kernel.constants])].sort());
      });

      test(`${kernel.name}: the shader as committed declares all by itself`, () => {
        // What `kernel` adds to a published shader stands at its end.
        expect(kernel.wgsl).not.toMatch(
          /\noverride \w+: u32;$|\n.*@group\(0\) @binding\(\d+\) var<[^>]+> \w+: [\w<>]+;$/,
        );
      });

      test(`${kernel.name}: the shader says what it does first`, () => {
        expect(kernel.wgsl).toMatch(/^(enable \w+;\n)*\/\/ /);
      });
    }
  }
});

describe('layer folders', () => {
  for (const folder of folders) {
    test(folder, () => {
      const files = readdirSync(join(ROOT, folder));
      const shaders = files.filter((f) => f.endsWith('.wgsl')).map((f) => readFileSync(join(ROOT, folder, f), 'utf8'));
      const declared = kernelsOf(folder).map((k) => k.wgsl);
      // A shader may be a part that several kernels have in common.
      const unused = shaders.filter((s) => !declared.some((whole) => whole.includes(s)));
      expect(unused.length, 'shaders that no kernel declares').toBe(0);
      if (folder in NO_REFERENCE) return;
      expect(files, 'its float64 reference').toContain(`${folder}.ref.ts`);
      expect(files, 'its test').toContain(`${folder}.test.ts`);
    });
  }
});

/** Piecewise constant. */
const NO_GRADIENT = new Set(['argMax']);

/** In no file: importers add them. */
const ADDED = ['repeat'];

describe('registry', () => {
  test('common layers are those that Caffe’s files have, and those that importers add', () => {
    const ofCaffe = Object.keys(registry).filter((name) => {
      return ADDED.includes(name) || Object.keys(rules[`../src/kernels/${name}/import.ts`].caffe).length > 0;
    });
    expect(Object.keys(common).sort()).toEqual(ofCaffe.sort());
  });

  for (const [name, op] of Object.entries<Op>(registry)) {
    test(`${name} is a folder with import rules and a gradient`, () => {
      expect(folders).toContain(name);
      const { caffe, onnx } = rules[`../src/kernels/${name}/import.ts`];
      // Both are there, also where a kind of file has no such layer.
      expect(Object.keys({ ...caffe, ...onnx }).length > 0).toBe(!ADDED.includes(name));
      expect([typeof caffe, typeof onnx]).toEqual(['object', 'object']);
      // An op that is made of others has their gradients.
      if (!NO_GRADIENT.has(name)) expect(typeof (op.vjp ?? op.expand)).toBe('function');
      expect(op.name).toBe(name);
    });
  }
});
