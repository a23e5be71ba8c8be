// All presets of inversion, one line each.
export { inversionFourier } from './inversionFourier.js';
export { inversionSpectrum } from './inversionSpectrum.js';
export { mahendran } from './mahendran.js';
