// All presets of inversion, one line each.
export { inversionFourier } from './inversionFourier.js';
export { inversionGenerator } from './inversionGenerator.js';
export { inversionSpectrum } from './inversionSpectrum.js';
export { mahendran } from './mahendran.js';
