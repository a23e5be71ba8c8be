// Numeric flags of the WebGPU specification. Node has no global GPUBufferUsage, and modules must not access it when they load,
// so the numbers are repeated here.
export const MAP_READ = 0x0001;
export const COPY_SRC = 0x0004;
export const COPY_DST = 0x0008;
export const UNIFORM = 0x0040;
export const STORAGE = 0x0080;
export const QUERY_RESOLVE = 0x0200;
export const STAGE_COMPUTE = 0x4;
export const STAGE_FRAGMENT = 0x2;
export const MAP_MODE_READ = 0x1;
/** GPUTextureUsage.COPY_DST | TEXTURE_BINDING. */
export const TEXTURE_USAGE = 0x02 | 0x04;
