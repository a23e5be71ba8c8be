import { expect, test } from 'vitest';
import { testContext } from '../../../test/support/device.js';
import { checkOp, distinct } from '../../../test/support/op.js';
import { grad } from '../../autodiff/grad.js';
import { f32 } from '../../core/shape.js';
import { compile } from '../../graph/plan.js';
import { createTape } from '../../graph/tape.js';
import { binary } from '../binary/index.js';
import { ref } from './detach.ref.js';
import { op } from './index.js';

test('x=[2,3,5] as it is', () => checkOp(op, ref, { inputs: { x: [2, 3, 5] }, attrs: {}, wrt: [] }));

test('of x · detach(x) the gradient is detach(x)', async () => {
  const tape = createTape();
  const [x, seed] = [tape.leaf('x', f32(3, 5)), tape.leaf('seed', f32(3, 5))];
  const y = binary(tape, 'mul', x, tape.apply(op, { x }, {}));
  const [dx] = grad(tape, y, [x], { seed });
  using plan = await compile(await testContext(), tape, { keep: [dx] });
  const values = distinct(15, 1);
  plan.write(x, values);
  plan.write(seed, new Float32Array(15).fill(1));
  plan.run();
  expect(await plan.read(dx)).toEqual(values);
});
