// Runs a TypeScript module of this repository in Node, including shaders: `node bench/run.mjs bench/layers.ts [args]`.
import { createServer } from 'vite';

const [file, ...args] = process.argv.slice(2);
const server = await createServer({
  configFile: false,
  appType: 'custom',
  logLevel: 'error',
  oxc: { target: 'es2022' }, // lowers `using` for Node 20
  // Its gradients exist only in its ES modules, whose imports Node does not resolve by itself.
  ssr: { noExternal: [/@tensorflow/] },
  // This server does not serve the examples' pages.
  optimizeDeps: { noDiscovery: true },
  server: { middlewareMode: true, hmr: false, ws: false, watch: null },
});
const { main } = await server.ssrLoadModule(`/${file}`);
try {
  await main(args);
} finally {
  await server.close();
}
process.exit(process.exitCode ?? 0);
