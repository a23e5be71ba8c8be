import { describe, expect, test } from 'vitest';
import { checkOp } from '../../../test/support/op.js';
import { f32 } from '../../core/shape.js';
import { createTape } from '../../graph/tape.js';
import { op, scaleChannels } from './index.js';
import { channelsRef, ref } from './scale.ref.js';

describe('scale', () => {
  for (const x of [[1], [3, 5], [2, 3, 7, 5]]) {
    test(`x=[${x}]`, () =>
      checkOp(op, (inputs) => ref(inputs, { factor: -1.5, shift: 0.25 }), {
        inputs: { x },
        attrs: { factor: -1.5, shift: 0.25 },
      }));
  }

  for (const x of [
    [2, 3],
    [2, 3, 5, 7],
  ]) {
    test(`per channel x=[${x}]`, () =>
      checkOp(scaleChannels, channelsRef, { inputs: { x, factor: [3] }, attrs: {}, wrt: ['x'] }));
  }

  test('a factor too few is named', () => {
    const tape = createTape();
    const apply = () =>
      tape.apply(scaleChannels, { x: tape.leaf('x', f32(1, 3, 2, 2)), factor: tape.leaf('factor', f32(2)) }, {});
    expect(apply).toThrow('scale_channels: factor must be [3] (one factor per channel), got [2]');
  });
});
