// All update rules, one line each. How variables follow their gradient.
export { adam } from './adam.js';
export { clip } from './clip.js';
export { momentum } from './momentum.js';
export { pace } from './pace.js';
export { precondition } from './precondition.js';
export { progress } from './progress.js';
export { sgd } from './sgd.js';
export { smooth } from './smooth.js';
export { unitLength } from './unitLength.js';
