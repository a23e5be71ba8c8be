// What the check of an op finds beside wrong numbers.
import { expect, test } from 'vitest';
import { type Spec, sizeOf } from '../../src/core/shape.js';
import { kernel } from '../../src/gpu/kernel.js';
import { defineOp, dispatch } from '../../src/graph/tape.js';
import { checkOp } from './op.js';

const adding = kernel({
  name: 'adding',
  wgsl: `// y[i] += x[i]: what the last run left is still there.
    override WGX: u32 = 64u;
    struct Uniforms { n: u32 }
    @group(0) @binding(0) var<storage, read> x: array<f32>;
    @group(0) @binding(1) var<storage, read_write> y: array<f32>;
    @group(0) @binding(2) var<uniform> u: Uniforms;
    @compute @workgroup_size(WGX)
    fn main(@builtin(global_invocation_id) id: vec3u) {
      if (id.x < u.n) { y[id.x] += x[id.x]; }
    }`,
  buffers: { x: 'read', y: 'write' },
  uniforms: { n: 'u32' },
});

test('an op that gives other bits in a second run is named', async () => {
  const op = defineOp({
    name: 'adding',
    inputs: ['x'],
    infer: ({ x }: { x: Spec }, _: object) => x,
    lower: ({ inputs: { x }, output: y }) => {
      const n = sizeOf(x.shape);
      return [dispatch(adding, { buffers: { x, y }, uniforms: { n }, threads: [n] })];
    },
  });
  await expect(checkOp(op, ({ x }) => x, { inputs: { x: [2, 3] }, attrs: {}, wrt: [] })).rejects.toThrow(
    'adding: two runs differ, output at 0',
  );
});
