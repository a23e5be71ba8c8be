// Draws the objective over the steps.
import type uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import '../shared/locale.js';
import type { StepRecord } from 'convscope';

export interface Curve {
  add(rows: readonly StepRecord[]): void;
  clear(): void;
}

/** Maximum number of points. A longer run repeatedly drops every second point. */
const MOST_POINTS = 2000;

export function createCurve(element: HTMLElement): Curve {
  const style = () => getComputedStyle(document.documentElement);
  let xs: number[] = [];
  let ys: number[] = [];
  const axis = {
    stroke: () => resolved('--quiet'),
    grid: { stroke: () => resolved('--line'), width: 1 },
    ticks: { show: false },
  };
  // light-dark() is resolved by a property with a colour, not by a custom property.
  const probe = element.appendChild(document.createElement('span'));
  probe.hidden = true;
  const resolved = (token: string): string => {
    probe.style.color = `var(${token})`;
    return getComputedStyle(probe).color || style().color;
  };
  let plot: uPlot | undefined;
  const draw = () => plot?.setData([xs, ys]);
  // Loaded in parallel, so that the first picture neither waits for it nor fails with it.
  void import('uplot').then(
    ({ default: UPlot }) => {
      plot = new UPlot(
        {
          width: element.clientWidth || 300,
          height: 170,
          cursor: { y: false },
          legend: { show: false },
          scales: { x: { time: false } },
          axes: [
            { ...axis, size: 30 },
            { ...axis, size: 52 },
          ],
          series: [{}, { stroke: () => resolved('--accent'), width: 1.5, points: { show: false } }],
        },
        [xs, ys],
        element,
      );
      new ResizeObserver(() => plot?.setSize({ width: element.clientWidth, height: 170 })).observe(element);
      matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => plot?.redraw());
    },
    (error: unknown) => {
      element.textContent = `No curve: ${error instanceof Error ? error.message : String(error)}`;
    },
  );
  return {
    add(rows) {
      for (const row of rows) {
        xs.push(row.step);
        ys.push(row.objective);
      }
      if (xs.length > MOST_POINTS) {
        xs = xs.filter((_, i) => i % 2 === 0);
        ys = ys.filter((_, i) => i % 2 === 0);
      }
      draw();
    },
    clear() {
      xs = [];
      ys = [];
      draw();
    },
  };
}
