// All presets, one line each. Whole ways of making preferred images.
export { accentuation } from './accentuation.js';
export { blur } from './blur.js';
export { contribution } from './contribution.js';
export { decay } from './decay.js';
export { deepdream } from './deepdream.js';
export { erhan } from './erhan.js';
export { lucid } from './lucid.js';
export { maco } from './maco.js';
export { mfv } from './mfv.js';
export { mfvMean } from './mfvMean.js';
export { norm } from './norm.js';
export { simonyan } from './simonyan.js';
export { small } from './small.js';
export { spectrum } from './spectrum.js';
export { vital } from './vital.js';
