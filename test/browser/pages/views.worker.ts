// The worker half of views.ts.
import { drawGrid } from './drawGrid.js';

self.addEventListener('message', (event: MessageEvent<OffscreenCanvas>) => {
  void drawGrid(event.data).then((tiles) => self.postMessage(tiles));
});
