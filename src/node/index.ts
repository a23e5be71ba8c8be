// convscope in Node: a device, and models and pictures from files. The large packages (webgpu, sharp, @sparticuz/chromium) are
// peer dependencies that only Node users install.
export { type NodeContextOptions, openNodeContext } from './context.js';
export { loadDictionary } from './directions.js';
export { montage, readPicture, writePicture } from './images.js';
export { type EmbeddedModel, embeddedModels, loadModel, type ModelOptions } from './models.js';
export { embeddedStatistics, loadStatistics } from './statistics.js';
export { fileStore } from './store.js';
