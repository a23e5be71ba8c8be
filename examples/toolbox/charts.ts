// The unit's recent activations as charts: a line over the last frames, and how often each value came.
import * as Plot from '@observablehq/plot';

/** Greatest activations, the oldest first; NaN where there was no frame. */
export function historyChart(values: Float32Array, width: number, height: number): Element {
  const points = Array.from(values, (value, frame) => ({ frame: frame - values.length + 1, value })).filter(
    ({ value }) => !Number.isNaN(value),
  );
  const y = { label: null, ticks: 3, nice: true, zero: true };
  const shared = {
    width: Math.floor(width / 2),
    height,
    marginTop: 8,
    marginBottom: 20,
    marginLeft: 34,
    marginRight: 6,
  };
  const line = Plot.plot({
    ...shared,
    x: {
      label: null,
      domain: [1 - values.length, 0],
      ticks: 3,
      tickFormat: (v: number) => (v === 0 ? 'now' : String(v)),
    },
    y,
    marks: [Plot.lineY(points, { x: 'frame', y: 'value', stroke: 'var(--accent)', strokeWidth: 1.5 })],
  });
  const histogram = Plot.plot({
    ...shared,
    x: { label: null, ticks: 3, nice: true, zero: true },
    y: { label: null, ticks: 2 },
    marks: [
      Plot.rectY(points, {
        ...Plot.binX({ y: 'count' }, { x: 'value', thresholds: 24 }),
        fill: 'var(--accent)',
        inset: 0.5,
      }),
      Plot.ruleX(points.slice(-1), { x: 'value', stroke: 'currentColor' }),
    ],
  });
  const both = document.createElement('div');
  both.className = 'charts';
  both.append(line, histogram);
  return both;
}
