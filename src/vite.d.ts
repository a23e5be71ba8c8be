// What Vite adds to imports: `import.meta.glob`, and shaders with `?raw`. Both are gone from what is published, so that
// consumers never need vite/client.
/// <reference types="vite/types/importMeta.d.ts" />
declare module '*.wgsl?raw' {
  const source: string;
  export default source;
}
