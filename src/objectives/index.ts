// All objectives, one line each. What is wanted of an image, as values that add up and multiply.
export { alignment } from './alignment.js';
export { channel } from './channel.js';
export { direction } from './direction.js';
export { directionAt } from './directionAt.js';
export { diversity } from './diversity.js';
export { each } from './each.js';
export { forImage } from './forImage.js';
export { interpolate } from './interpolate.js';
export { layer } from './layer.js';
export { logit } from './logit.js';
export { logProbability } from './logProbability.js';
export { mean } from './mean.js';
export { neuron } from './neuron.js';
export { patch } from './patch.js';
export { probability } from './probability.js';
export { scale } from './scale.js';
export { sum } from './sum.js';
