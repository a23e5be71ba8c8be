// All methods of attribution, one line each.
export { activationGradient } from './activationGradient.js';
export { backprojection } from './backprojection.js';
export { channelAttribution } from './channelAttribution.js';
export { gradCam } from './gradCam.js';
export { gradCamPlusPlus } from './gradCamPlusPlus.js';
export { gradientInput } from './gradientInput.js';
export { guidedGradCam } from './guidedGradCam.js';
export { integratedGradients } from './integratedGradients.js';
export { layerCam } from './layerCam.js';
export { lrp } from './lrp.js';
export { occlusion } from './occlusion.js';
export { rise } from './rise.js';
export { scoreCam } from './scoreCam.js';
export { smoothGrad } from './smoothGrad.js';
export { varGrad } from './varGrad.js';
