// The objective by step, drawn as it grows.
import type uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import '../shared/locale.js';
import type { StepRecord } from 'convscope';

export interface Curve {
  add(rows: readonly StepRecord[]): void;
  clear(): void;
}

/** Points kept: a longer run is thinned to every second point, again and again. */
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
  // light-dark() is resolved by a property that takes colours, not by the token itself.
  const probe = element.appendChild(document.createElement('span'));
  probe.hidden = true;
  const resolved = (token: string): string => {
    probe.style.color = `var(${token})`;
    return getComputedStyle(probe).color || style().color;
  };
  let plot: uPlot | undefined;
  const draw = () => plot?.setData([xs, ys]);
  // Loaded beside the run, so that the first picture does not wait for it and does not fail with it.
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
