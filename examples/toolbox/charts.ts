// Charts of the unit's recent activations: a line over the last frames, and a histogram.
import 'uplot/dist/uPlot.min.css';
import '../shared/locale.js';
import { HISTORY } from 'convscope';
import uPlot from 'uplot';

/** Bars of the histogram. */
const BINS = 24;
const HEIGHT = 76;
/** Leaves room, so that a maximum at the border is not cut in half. */
const HEADROOM = 1.1;

/** Two charts in an element. They follow its width and the page's colours. */
export class HistoryCharts {
  readonly #line: uPlot;
  readonly #bars: uPlot;

  constructor(place: HTMLElement) {
    // A canvas does not understand light-dark(), so the colour is read from an element.
    const probe = document.createElement('span');
    place.append(probe);
    const style = (name: string) => () => {
      probe.style.color = `var(${name})`;
      return getComputedStyle(probe).color;
    };
    const axis = { stroke: style('--quiet'), grid: { stroke: style('--line'), width: 1 }, ticks: { show: false } };
    const font = '10px system-ui, sans-serif';
    const shared = {
      width: 120,
      height: HEIGHT,
      legend: { show: false },
      cursor: { show: false },
      padding: [6, 6, 0, 0] as uPlot.Padding,
      axes: [
        { ...axis, font, size: 16, space: 40 },
        { ...axis, font, size: 30, space: 18 },
      ],
    };
    // A line with a single point would be invisible.
    const alone = (chart: uPlot) => chart.data[0].length === 1;
    const series = { stroke: style('--accent'), width: 1.5, points: { show: alone, size: 4, fill: style('--accent') } };
    const zero = (_: uPlot, least: number, most: number): [number, number] => [
      Math.min(0, least),
      HEADROOM * Math.max(1e-6, most),
    ];
    this.#line = new uPlot(
      {
        ...shared,
        scales: { x: { time: false, range: [1 - HISTORY, 0] }, y: { range: zero } },
        series: [{}, series],
      },
      [[], []],
      place,
    );
    // Each edge is the start of a bar; the last bar ends one step later.
    const whole = (_: uPlot, least: number, most: number): [number, number] => [
      least,
      most + (most - least) / (BINS - 1),
    ];
    const paths = uPlot.paths.bars?.({ size: [0.9], align: 1 });
    this.#bars = new uPlot(
      {
        ...shared,
        scales: { x: { time: false, range: whole }, y: { range: zero } },
        series: [
          {},
          { ...series, fill: style('--accent'), width: 0, points: { show: false }, ...(paths && { paths }) },
        ],
      },
      [[], []],
      place,
    );
    new ResizeObserver(() => {
      const width = Math.floor(place.clientWidth / 2);
      for (const chart of [this.#line, this.#bars]) chart.setSize({ width, height: HEIGHT });
    }).observe(place);
    // The colours are read when the chart is drawn.
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
      for (const chart of [this.#line, this.#bars]) chart.redraw(false, true);
    });
  }

  /** Values in order, oldest first; NaN if there is none. */
  show(values: Float32Array): void {
    const seen = Array.from(values.filter((v) => !Number.isNaN(v)));
    this.#line.setData([seen.map((_, i) => i - seen.length + 1), seen]);
    const { edges, counts } = seen.length > 0 ? histogram(seen, BINS) : { edges: [], counts: [] };
    this.#bars.setData([edges, counts]);
  }
}

/** Counts `values` in `bins` equal parts of their range, which includes zero. */
function histogram(values: readonly number[], bins: number): { readonly edges: number[]; readonly counts: number[] } {
  const low = Math.min(0, ...values);
  const width = (Math.max(1e-6, ...values) - low) / bins;
  const counts = new Array<number>(bins).fill(0);
  for (const v of values) counts[Math.min(bins - 1, Math.floor((v - low) / width))]++;
  return { edges: counts.map((_, i) => low + i * width), counts };
}
