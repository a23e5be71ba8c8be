import { describe, test } from 'vitest';
import { checkParams } from '../../test/support/params.js';
import { map } from '../kernels/reference.js';
import { coloursRef, fourierRef, levelsRef } from './params.ref.js';
import { sharedLowRes } from './sharedLowRes.js';

describe('sharedLowRes', () => {
  for (const [shape, levels] of [
    [[3, 3, 6, 5], 2],
    [[2, 1, 5, 8], 3],
  ] as const) {
    test(`[${shape}] of ${levels}: the first image's coarse tensors serve all, and those of the others have no gradient`, () =>
      checkParams(sharedLowRes.make({ levels }), {
        shape,
        rgb({ spectrum, ...shared }) {
          const coarse = levelsRef(Object.values(shared), shape, true);
          const all = map(fourierRef(spectrum, shape[3], 1), (v, i) => v + coarse.data[i]);
          return coloursRef(all, { colour: 'decorrelated', range: [0, 1] });
        },
      }));
  }
});
