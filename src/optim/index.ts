// All update rules, one line each. How variables follow their gradient.
export { progress } from './progress.js';
