// All parameterizations, one line each. How an image is made of variables.
export { accentuation } from './accentuation.js';
export { alpha } from './alpha.js';
export { cppn } from './cppn.js';
export { fourier } from './fourier.js';
export { generator } from './generator.js';
export { maco } from './maco.js';
export { noisePixels } from './noisePixels.js';
export { pixels } from './pixels.js';
export { pyramid } from './pyramid.js';
export { sharedLowRes } from './sharedLowRes.js';
export { unitPixels } from './unitPixels.js';
