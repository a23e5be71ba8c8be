// Draws the roofline plot. The driver calls `drawPlot` and stores the SVG.
import * as Plot from '@observablehq/plot';
import type { PlotData } from '../plot.js';

declare global {
  interface Window {
    drawPlot(data: PlotData): string;
  }
}

// Hexadecimal, because not every SVG viewer knows newer colour syntax.
const LIMITS = '#5b5b5b';
const COLORS: Readonly<Record<string, string>> = {
  convscope: '#2f5fd0',
  tfjs: '#e8a200',
  'jax-js': '#e0523f',
  'onnxruntime-web': '#2a9d68',
};

window.drawPlot = ({ title, peak, copy, product, dots }) => {
  const lowest = Math.min(...dots.map((d) => d.intensity)) / 2;
  const highest = Math.max(...dots.map((d) => d.intensity)) * 2;
  const roof = (limit: number) =>
    [lowest, limit / copy, highest].sort((a, b) => a - b).map((x) => ({ x, y: Math.min(limit, x * copy) }));
  const svg = Plot.plot({
    width: 860,
    height: 460,
    marginLeft: 60,
    marginTop: 56,
    marginRight: 30,
    style: { fontFamily: 'system-ui, sans-serif', fontSize: '12px', background: 'white', color: '#222222' },
    x: { type: 'log', label: 'operations per byte →', grid: true },
    y: { type: 'log', label: '↑ GFLOP/s', grid: true, tickFormat: String },
    color: { domain: Object.keys(COLORS), range: Object.values(COLORS), label: title },
    marks: [
      Plot.line(roof(peak), { x: 'x', y: 'y', stroke: LIMITS }),
      Plot.line(roof(product), { x: 'x', y: 'y', stroke: LIMITS, strokeDasharray: '5 4' }),
      Plot.text(
        [
          { y: peak, text: `multiply-adds in registers, ${peak.toFixed(1)}` },
          { y: product, text: `best 1024³ product, ${product.toFixed(1)}` },
        ],
        { x: highest, y: 'y', text: 'text', textAnchor: 'end', dy: -7, fill: LIMITS },
      ),
      Plot.dot(dots, {
        x: 'intensity',
        y: 'gflops',
        fill: 'contender',
        r: 4,
        fillOpacity: 0.85,
        title: (d) => `${d.contender}: ${d.title}`,
      }),
    ],
  });
  // The legend, as a part of the same picture.
  const ns = 'http://www.w3.org/2000/svg';
  let x = 60;
  for (const name of new Set(dots.map((d) => d.contender))) {
    const text = document.createElementNS(ns, 'text');
    text.setAttribute('x', String(x));
    text.setAttribute('y', '34');
    text.setAttribute('text-anchor', 'start');
    text.setAttribute('fill', COLORS[name] ?? '#222222');
    text.setAttribute('font-weight', '600');
    text.textContent = `● ${name}`;
    svg.append(text);
    x += 36 + 8 * name.length;
  }
  const name = document.createElementNS(ns, 'title');
  name.textContent = `Operations per second by operations per byte on ${title}`;
  svg.prepend(name);
  svg.setAttribute('xmlns', ns);
  return svg.outerHTML;
};
