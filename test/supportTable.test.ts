// docs/layers.md is made from the registry. `npx vitest run test/supportTable.test.ts -u` writes it anew.
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import type { Op } from '../src/graph/tape.js';
import * as registry from '../src/kernels/index.js';

const rules = import.meta.glob<{ caffe: object; onnx: object }>('../src/kernels/*/import.ts', { eager: true });
const modules = Object.entries<Op>(registry)
  .sort()
  .map(([name, op]) => ({
    name,
    op,
    ...rules[`../src/kernels/${name}/import.ts`],
  }));
const list = (names: object): string => Object.keys(names).sort().join(', ') || '–';

/** Caffe layers and ONNX operators by the layers that take them. */
function byName(format: 'caffe' | 'onnx'): string[] {
  const takers = new Map<string, string[]>();
  for (const { name: layer, [format]: types } of modules) {
    for (const name of Object.keys(types)) takers.set(name, [...(takers.get(name) ?? []), layer]);
  }
  return [...takers].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, layers]) => `| ${name} | ${layers.join(', ')} |`);
}

test('the table of layers in the docs is what the registry says', async () => {
  const lines = [
    '# Layers',
    '',
    'Made from the registry by `npx vitest run test/supportTable.test.ts -u`; a test holds it to it.',
    '',
    `## ${modules.length} layers`,
    '',
    '| layer | Caffe | ONNX | gradient |',
    '| --- | --- | --- | --- |',
    ...modules.map(({ name, op, caffe, onnx }) => {
      const gradient = op.expand ? 'of what it is made of' : op.vjp ? 'own' : 'none';
      return `| ${name} | ${list(caffe)} | ${list(onnx)} | ${gradient} |`;
    }),
    '',
    '## Caffe layer types',
    '',
    '| type | layer |',
    '| --- | --- |',
    ...byName('caffe'),
    '',
    '## ONNX operators',
    '',
    'Beside these, nodes whose inputs are all known are worked out at import: Constant, ConstantOfShape, Shape and arithmetic on',
    'shapes.',
    '',
    '| operator | layer |',
    '| --- | --- |',
    ...byName('onnx'),
    '',
  ];
  await expect(lines.join('\n')).toMatchFileSnapshot(resolve(import.meta.dirname, '../docs/layers.md'));
});
