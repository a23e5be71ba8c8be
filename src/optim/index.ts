// All update rules, one line each. How variables follow their gradient.
export { adam } from './adam.js';
export { centreBias } from './centreBias.js';
export { clip } from './clip.js';
export { meanLength } from './meanLength.js';
export { momentum } from './momentum.js';
export { nadam } from './nadam.js';
export { pace } from './pace.js';
export { precondition } from './precondition.js';
export { progress } from './progress.js';
export { rmsprop } from './rmsprop.js';
export { sgd } from './sgd.js';
export { sign } from './sign.js';
export { smooth } from './smooth.js';
export { unitLength } from './unitLength.js';
