// Vite's `?raw` import of a shader, declared here so that consumers never need vite/client.
declare module '*.wgsl?raw' {
  const source: string;
  export default source;
}
