// All transforms, one line each. What changes about the image from step to step, before the net sees it.
export { jitter } from './jitter.js';
