// All parameterizations, one line each. How an image is made of variables.
export { fourier } from './fourier.js';
export { pixels } from './pixels.js';
export { unitPixels } from './unitPixels.js';
