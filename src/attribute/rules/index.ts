// All attribution rules, one line each. How cotangents pass some ops on the way back, in place of their gradients.
export { deconv } from './deconv.js';
export { gradient } from './gradient.js';
export { guided } from './guided.js';
export { ignoreLrn } from './ignoreLrn.js';
export { leakyRelu } from './leakyRelu.js';
export { redirectedRelu } from './redirectedRelu.js';
