// The roofline plot, drawn by Observable Plot in a page.
import { launchChrome } from '../test/support/chrome.js';
import { serve } from './chromium.js';
import type { Report } from './main.js';

export interface PlotData {
  readonly title: string;
  /** GFLOP/s, GB/s, GFLOP/s. */
  readonly peak: number;
  readonly copy: number;
  readonly product: number;
  readonly dots: readonly {
    readonly title: string;
    readonly contender: string;
    /** Operations per byte that must be moved. */
    readonly intensity: number;
    readonly gflops: number;
  }[];
}

/** Plots how fast each contender was in every case with arithmetic, under the limits of the adapter. Returns SVG. */
export async function renderPlot(report: Report): Promise<string> {
  const data: PlotData = {
    title: `${report.adapter} (${report.backend})`,
    peak: report.roofline.peak,
    copy: report.roofline.copy,
    product: report.roofline.matmul[0].gflops,
    dots: report.cases.flatMap(({ title, flops, bytes, entries }) =>
      entries.flatMap(({ contender, timing, right }) =>
        timing && right && flops > 0
          ? [{ title, contender, intensity: flops / bytes, gflops: flops / timing.median / 1e6 }]
          : [],
      ),
    ),
  };
  const { server, url } = await serve();
  const browser = await launchChrome();
  try {
    const page = await browser.newPage();
    await page.goto(`${url}/page/plot.html`);
    await page.waitForFunction('window.drawPlot');
    return await page.evaluate((d) => window.drawPlot(d), data);
  } finally {
    await browser.close();
    await server.close();
  }
}
