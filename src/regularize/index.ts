// All regularizers, one line each. A projection edits the image; a penalty is subtracted from the objective.
export { alphaNorm } from './alphaNorm.js';
export { ball } from './ball.js';
export { bilateral } from './bilateral.js';
export { blur } from './blur.js';
export { boundary } from './boundary.js';
export { bounds } from './bounds.js';
export { clipBenefit } from './clipBenefit.js';
export { clipContribution } from './clipContribution.js';
export { clipNorm } from './clipNorm.js';
export { clipValue } from './clipValue.js';
export { context } from './context.js';
export { decay } from './decay.js';
export { median } from './median.js';
export { pixelRange } from './pixelRange.js';
export { totalVariation } from './totalVariation.js';
export { tvDenoise } from './tvDenoise.js';
