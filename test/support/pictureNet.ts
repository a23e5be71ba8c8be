// A net that returns pictures of 24 rows and 32 columns unchanged, to test what a net receives.
import { type Model, PLAIN } from '../../src/graph/model.js';

export const PICTURE_SHAPE = [1, 3, 24, 32] as const;

export const pictureNet: Model = {
  name: 'pictures',
  input: { name: 'x', shape: PICTURE_SHAPE },
  layers: [],
  weights: new Map(),
  preprocessing: { ...PLAIN, stated: true },
};
