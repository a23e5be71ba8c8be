// The benchmark in headless Chromium, served by vite from this folder.
import { createServer, type ViteDevServer } from 'vite';
import { launchChrome, webgpuOf } from '../test/support/chrome.js';
import type { Session, SessionOptions } from './session.js';

/** Serves bench/ and the library's sources. Vite prepares some of the peers' packages. */
export async function serve(): Promise<{ server: ViteDevServer; url: string }> {
  const server = await createServer({
    root: import.meta.dirname,
    configFile: false,
    logLevel: 'error',
    oxc: { target: 'es2022' },
    optimizeDeps: { exclude: ['onnxruntime-web'] },
    // ONNX Runtime uses shared memory, which only an isolated page may have.
    server: {
      port: 0,
      watch: null,
      hmr: false,
      fs: { allow: ['..'] },
      headers: { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' },
    },
  });
  await server.listen();
  const address = server.httpServer?.address();
  if (!address || typeof address === 'string') throw new Error('the server has no port');
  return { server, url: `http://localhost:${address.port}` };
}

export async function runInChromium(
  options: SessionOptions,
  adapter: string | undefined,
  log: (line: string) => void,
  checkpoint: (session: Session) => void,
): Promise<{ session: Session; browser: string }> {
  const { server, url } = await serve();
  const browser = await launchChrome(webgpuOf(adapter));
  try {
    const page = await browser.newPage();
    page.on('pageerror', (error) => log(`page: ${String(error)}`));
    await page.exposeFunction('benchLog', log);
    await page.exposeFunction('benchCheckpoint', checkpoint);
    await page.goto(`${url}/page/`);
    await page.waitForFunction('window.runBench');
    const session = await page.evaluate((o) => window.runBench(o), options);
    return { session, browser: await browser.version() };
  } finally {
    await browser.close();
    await server.close();
  }
}
