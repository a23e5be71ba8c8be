// Names that are not there, and the nearest that are.
import { expect, test } from 'vitest';
import { UnknownNameError } from '../../src/core/errors.js';

test.each([
  ['fihs', ['face', 'fish', 'tree'], 'fish'],
  ['conv4', ['conv1', 'conv44', 'pool4'], 'conv1'],
  ['inceptoin_4a', ['inception_3a', 'inception_4a'], 'inception_4a'],
  ['9', ['norm', '1', '2'], undefined],
  ['fc', ['c1', 'prob'], undefined],
  ['zebra', ['conv1', 'fc8'], undefined],
])('of %s and %o the nearest is %s', (name, known, nearest) => {
  const { message } = new UnknownNameError('layer', name, known);
  expect(/Did you mean '(.*?)'/.exec(message)?.[1]).toBe(nearest);
});
