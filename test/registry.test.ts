// Every kernel's declaration against its shader, and every layer folder against the checklist of CONTRIBUTING.md.
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { WgslReflect } from 'wgsl_reflect/wgsl_reflect.module.js';
import type { Kernel } from '../src/gpu/kernel.js';
import type { Op } from '../src/graph/tape.js';
import * as common from '../src/kernels/common.js';
import * as registry from '../src/kernels/index.js';
import { testContext } from './support/device.js';

const ROOT = resolve(import.meta.dirname, '../src/kernels');
const folders = readdirSync(ROOT, { withFileTypes: true })
  .filter((e) => e.isDirectory())
  .map((e) => e.name);
const modules = import.meta.glob<{ kernels: readonly (Kernel | readonly Kernel[])[] }>('../src/kernels/*/index.ts', {
  eager: true,
});
const rules = import.meta.glob<{ caffe: object; onnx: object; batch: unknown }>('../src/kernels/*/import.ts', {
  eager: true,
});
const kernelsOf = (folder: string): readonly Kernel[] => modules[`../src/kernels/${folder}/index.ts`].kernels.flat();

/** How a shader numbers threads or workgroups of a row that continues along y. */
const FOLDS = /\bid\.y \* groups\.x \* WGX \+ id\.x\b|\bgroup\.y \* (t\.)?groups\.x \+ (t\.)?group\.x\b/;
/** How a loop over what is left of the last dimension ends where the grid is whole. */
const TAKES_TURNS = /\bif \(TURNS == 0u\) \{ break; \}/;
/** The WebGPU feature behind each language extension. */
const FEATURES: Readonly<Record<string, string>> = { subgroups: 'subgroups', f16: 'shader-f16' };

/** The reflector does not know enable directives; they declare nothing. */
const reflect = (wgsl: string) => new WgslReflect(wgsl.replace(/^enable \w+;/gm, ''));

/** Folders whose meaning is tested where they are used, and the reason. */
const NO_REFERENCE: Readonly<Record<string, string>> = {};

describe('kernels', () => {
  for (const folder of folders) {
    for (const kernel of kernelsOf(folder)) {
      test(`${kernel.name}: the declaration is the shader's`, () => {
        const { entry, storage, uniforms, overrides } = reflect(kernel.wgsl);
        expect(entry.compute.map((f) => f.name)).toEqual(['main']);
        const [main] = entry.compute;
        const sizes = ['WGX', 'WGY', 'WGZ'].slice(0, kernel.workgroup.length);
        const size = main.attributes?.find(({ name }) => name === 'workgroup_size');
        expect([size?.value].flat()).toEqual(sizes);

        const bound = [...storage].sort((a, b) => a.binding - b.binding);
        const declared = Object.entries(kernel.buffers).map(([name, access], binding) => ({
          name,
          binding,
          access: access === 'read' ? 'read' : 'read_write',
        }));
        expect(bound.map(({ name, binding, access }) => ({ name, binding, access }))).toEqual(declared);

        const members = Object.entries(kernel.uniforms).map(([name, type]) => ({ name, type }));
        const blocks = members.length > 0 ? [{ name: 'u', binding: declared.length, members }] : [];
        expect(
          uniforms.map(({ name, binding, members }) => ({
            name,
            binding,
            members: (members ?? []).map((m) => ({ name: m.name, type: m.type.name })),
          })),
        ).toEqual(blocks);

        const turns = kernel.longGrid === 'turns' ? ['TURNS'] : [];
        expect(overrides.map((o) => o.name).sort()).toEqual(
          [...new Set([...sizes, ...turns, ...kernel.constants])].sort(),
        );
      });

      test(`${kernel.name}: covers a grid longer than the device allows as it declares`, () => {
        expect(FOLDS.test(kernel.wgsl) ? 'fold' : TAKES_TURNS.test(kernel.wgsl) ? 'turns' : undefined).toBe(
          kernel.longGrid,
        );
        if (kernel.longGrid) expect(kernel.workgroup.length > 1).toBe(kernel.longGrid === 'turns');
      });

      test(`${kernel.name}: asks for the features that its shader enables`, () => {
        const enabled = [...kernel.wgsl.matchAll(/^enable (\w+);/gm)].map(([, name]) => FEATURES[name]);
        expect(enabled).toEqual(kernel.features);
      });

      test(`${kernel.name}: the shader compiles as committed`, async ({ skip }) => {
        const { device } = await testContext();
        const missing = kernel.features.find((feature) => !device.features.has(feature));
        if (missing) skip(`the device lacks ${missing}`);
        const { messages } = await device
          .createShaderModule({ label: kernel.name, code: kernel.wgsl })
          .getCompilationInfo();
        expect(messages.map(({ message }) => message)).toEqual([]);
      });

      test(`${kernel.name}: the shader begins with its equation and its parallelism`, () => {
        const header = /^(?:enable \w+; )*((?:\/\/.*\n)+)/.exec(kernel.wgsl)?.[1];
        expect(header).toContain('=');
        expect(header).toMatch(/\bthreads?\b|\b(work|sub)group\b|\bGrid: |\brows\.wgsl\b/i);
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
      const { caffe, onnx, batch } = rules[`../src/kernels/${name}/import.ts`];
      // Both are there, also where a kind of file has no such layer.
      expect(Object.keys({ ...caffe, ...onnx }).length > 0).toBe(!ADDED.includes(name));
      expect([typeof caffe, typeof onnx, typeof batch]).toEqual(['object', 'object', 'function']);
      // An op that is made of others has their gradients.
      if (!NO_GRADIENT.has(name)) expect(typeof (op.vjp ?? op.expand)).toBe('function');
      expect(op.name).toBe(name);
    });
  }
});
