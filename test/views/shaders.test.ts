// The views' declarations of uniforms against their shaders, as test/registry.test.ts does for kernels.
import { expect, test } from 'vitest';
import { WgslReflect } from 'wgsl_reflect/wgsl_reflect.module.js';
import { HEAT_UNIFORMS } from '../../src/views/heat.js';
import { INPUT_UNIFORMS } from '../../src/views/input.js';
import { FILTER_UNIFORMS, SIGNED_UNIFORMS } from '../../src/views/signed.js';
import { STATISTICS_UNIFORMS } from '../../src/views/statistics.js';
import { TILES_UNIFORMS } from '../../src/views/tiles.js';

const shaders = import.meta.glob<string>('../../src/views/*.wgsl', { query: '?raw', import: 'default', eager: true });
const DECLARED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  heat: HEAT_UNIFORMS,
  input: INPUT_UNIFORMS,
  signed: SIGNED_UNIFORMS,
  signed_blur: FILTER_UNIFORMS,
  signed_plane: FILTER_UNIFORMS,
  statistics: STATISTICS_UNIFORMS,
  tiles: TILES_UNIFORMS,
};

for (const [path, wgsl] of Object.entries(shaders)) {
  const name = path.replace(/^.*\/|\.wgsl$/g, '');
  test(`${name}: says what it draws first, and has the uniforms that are written`, () => {
    expect(wgsl.startsWith('// ')).toBe(true);
    // The image view writes its uniforms as numbers.
    if (name === 'image') return;
    const [uniform] = new WgslReflect(wgsl).uniforms;
    const members = uniform.members?.map((m) => [m.name, m.type.name]);
    expect(members).toEqual(Object.entries(DECLARED[name]));
  });
}
