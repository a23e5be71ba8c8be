// Generates docs/layers.md from the registry: `npx vitest run test/supportTable.test.ts -u`. Without -u it checks the file.
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

/** The Caffe types or ONNX operators, each with the layers that import it. */
function byName(format: 'caffe' | 'onnx'): string[] {
  const takers = new Map<string, string[]>();
  for (const { name: layer, [format]: types } of modules) {
    for (const name of Object.keys(types)) takers.set(name, [...(takers.get(name) ?? []), layer]);
  }
  return [...takers].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, layers]) => `| ${name} | ${layers.join(', ')} |`);
}

test('docs/layers.md lists the layers of the registry', async () => {
  const lines = [
    '# Layers',
    '',
    'Generated from the registry by `npx vitest run test/supportTable.test.ts -u`. Without `-u`, the same test checks it.',
    '',
    'The gradient of a layer is its own, that of the layers it is made of, or missing.',
    '',
    `## ${modules.length} layers`,
    '',
    '| layer | Caffe | ONNX | gradient |',
    '| --- | --- | --- | --- |',
    ...modules.map(({ name, op, caffe, onnx }) => {
      const gradient = op.expand ? 'of its parts' : op.vjp ? 'own' : 'none';
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
    'In addition, the importer evaluates all nodes whose inputs are known: Constant, ConstantOfShape, Shape, and arithmetic on shapes.',
    '',
    '| operator | layer |',
    '| --- | --- |',
    ...byName('onnx'),
    '',
  ];
  await expect(lines.join('\n')).toMatchFileSnapshot(resolve(import.meta.dirname, '../docs/layers.md'));
});
