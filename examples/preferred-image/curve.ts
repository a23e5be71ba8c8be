// Draws a number of each step over the steps.
import type uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import '../shared/locale.js';

export interface Curve {
  add(points: readonly { readonly x: number; readonly y: number }[]): void;
  clear(): void;
}

/** Maximum number of points. A longer run repeatedly drops every second point. */
const MOST_POINTS = 2000;
const HEIGHT = 120;

/** `log`: values above 0, in powers of ten. */
export function createCurve(element: HTMLElement, { log = false } = {}): Curve {
  const style = () => getComputedStyle(document.documentElement);
  let xs: number[] = [];
  let ys: (number | null)[] = [];
  const axis = {
    stroke: () => resolved('--quiet'),
    grid: { stroke: () => resolved('--line'), width: 1 },
    ticks: { show: false },
    font: '11px system-ui, sans-serif',
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
          height: HEIGHT,
          cursor: { y: false },
          legend: { show: false },
          scales: { x: { time: false }, ...(log && { y: { distr: 3 } }) },
          axes: [
            { ...axis, size: 24 },
            {
              ...axis,
              size: 46,
              ...(log && { filter: (_, ticks) => fewPowers(ticks) }),
              grid: { ...axis.grid, ...(log && { filter: (_: uPlot, ticks: number[]) => fewPowers(ticks) }) },
              values: (_, ticks) => ticks.map((tick) => (tick === null ? '' : shown(tick))),
            },
          ],
          series: [{}, { stroke: () => resolved('--accent'), width: 1.5, points: { show: false } }],
        },
        [xs, ys],
        element,
      );
      new ResizeObserver(() => {
        // A curve that is hidden has no width.
        if (element.clientWidth > 0) plot?.setSize({ width: element.clientWidth, height: HEIGHT });
      }).observe(element);
      matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => plot?.redraw());
    },
    (error: unknown) => {
      element.textContent = `No curve: ${error instanceof Error ? error.message : String(error)}`;
    },
  );
  return {
    add(points) {
      for (const { x, y } of points) {
        xs.push(x);
        ys.push(log && !(y > 0) ? null : y);
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

/** Powers of ten with a line and a label, at most. */
const MOST_LINES = 4;

/** Of many places of lines on a scale in powers of ten, the few to be drawn; null in place of the others. */
function fewPowers(ticks: readonly number[]): (number | null)[] {
  const powers = ticks.map((tick) => Math.log10(tick)).map((power) => ({ power, whole: Math.round(power) }));
  const whole = powers.filter((one) => Math.abs(one.power - one.whole) < 1e-6).map((one) => one.whole);
  const every = Math.max(1, Math.ceil((Math.max(...whole) - Math.min(...whole) + 1) / MOST_LINES));
  return ticks.map((tick, i) => {
    const { power, whole: nearest } = powers[i];
    return Math.abs(power - nearest) < 1e-6 && nearest % every === 0 ? tick : null;
  });
}

const shown = (value: number): string =>
  value !== 0 && (Math.abs(value) >= 1e5 || Math.abs(value) < 1e-3) ? value.toExponential(0) : String(value);
