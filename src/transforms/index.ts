// All transforms, one line each. What changes about the image from step to step, before the net sees it.
export { blur } from './blur.js';
export { crop } from './crop.js';
export { flip } from './flip.js';
export { inpaint } from './inpaint.js';
export { jitter } from './jitter.js';
export { noise } from './noise.js';
export { pad } from './pad.js';
export { rotate } from './rotate.js';
export { scale } from './scale.js';
export { shift } from './shift.js';
export { window } from './window.js';
