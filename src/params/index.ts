// All parameterizations, one line each. How an image is made of variables.
export { pixels } from './pixels.js';
