// The board's page: it asks for the status every few seconds, and shows texts as texts only.
import { STYLE } from '../gallery/html.js';

/** Looks of the bars and tables. */
const LOOKS = `
.bar { background: var(--line, #8884); border-radius: 4px; height: 14px; margin: 4px 0 10px; overflow: hidden }
.bar i { background: #2a78d6; display: block; height: 100% }
table { border-collapse: collapse; margin: 8px 0 }
td, th { padding: 3px 14px 3px 0; text-align: left; vertical-align: top; font-variant-numeric: tabular-nums }
#pictures { display: flex; flex-wrap: wrap; gap: 6px }
#pictures div { width: 112px; aspect-ratio: 1; background-size: 100% auto; border-radius: 6px }
#trouble:empty { display: none }
#trouble { color: #c33 }
code { overflow-wrap: anywhere }
`;

const SCRIPT = `
const token = new URLSearchParams(location.search).get('token');
const ask = (path) => path + '?token=' + encodeURIComponent(token);
const make = (tag, text, parent) => { const e = document.createElement(tag); if (text !== undefined) e.textContent = text; parent?.append(e); return e; };
const time = (s) => s < 60 ? Math.ceil(s) + ' s' : s < 3600 ? Math.ceil(s / 60) + ' min' : (s / 3600).toFixed(1) + ' h';
const rows = (id, head, list) => {
  const place = document.getElementById(id); place.replaceChildren();
  if (list.length === 0) { place.previousElementSibling.hidden = true; return; }
  place.previousElementSibling.hidden = false;
  const top = make('tr', undefined, place); for (const h of head) make('th', h, top);
  for (const row of list) { const tr = make('tr', undefined, place); for (const cell of row) make('td', cell, tr); }
};
let shown = '';
async function look() {
  const trouble = document.getElementById('trouble');
  try {
    const response = await fetch(ask('/status.json'));
    const answer = await response.text();
    if (!response.ok) return void (trouble.textContent = 'The board refuses: ' + answer);
    const s = JSON.parse(answer);
    trouble.textContent = '';
    document.getElementById('line').textContent = s.line.join(' ');
    document.getElementById('plan').textContent = s.plan;
    const stages = document.getElementById('stages'); stages.replaceChildren();
    for (const { stage, done, pieces, work, total } of s.stages) {
      make('div', stage + ': ' + done + ' of ' + pieces + ' pieces, ' + work + ' of ' + total, stages);
      const bar = make('div', undefined, stages); bar.className = 'bar'; bar.role = 'progressbar';
      bar.ariaLabel = stage; bar.ariaValueNow = Math.round(100 * done / pieces);
      make('i', undefined, bar).style.width = (100 * done / pieces) + '%';
    }
    document.getElementById('rate').textContent = s.complete ? 'Done.' : s.left === undefined ? 'No piece was finished lately.' : s.rate.toFixed(1) + ' per second, ' + time(s.left) + ' left';
    const q = s.queue;
    document.getElementById('queue').textContent = q ? q.active + ' active, ' + q.waiting + ' waiting, ' + q.delayed + ' later, ' + q.failed + ' failed' : 'Without a queue.';
    rows('workers', ['Worker', 'Pieces', 'Per second', 'Adapter'], (q?.workers ?? []).map((w) => [w.name, w.pieces, w.rate.toFixed(1), w.adapter]));
    rows('failed', ['Stage', 'Piece', 'Why'], (q?.failures ?? []).map((f) => [f.stage, f.label, f.text]));
    rows('slow', ['Stage', 'Piece', 'Time'], (q?.slow ?? []).map((f) => [f.stage, f.label, f.text]));
    const newest = JSON.stringify(s.pictures);
    if (newest !== shown) {
      shown = newest;
      const place = document.getElementById('pictures'); place.replaceChildren();
      place.previousElementSibling.hidden = s.pictures.length === 0;
      for (const { key, tiles } of s.pictures) for (let n = 0; n < tiles; n++) {
        const tile = make('div', undefined, place); tile.role = 'img'; tile.ariaLabel = 'image ' + n + ' of a piece';
        tile.style.backgroundImage = 'url("' + ask('/' + key) + '")';
        tile.style.backgroundPosition = '0 ' + (tiles > 1 ? 100 * n / (tiles - 1) : 0) + '%';
      }
    }
    document.title = (s.complete ? 'done' : Math.floor(100 * s.stages.reduce((a, b) => a + b.work, 0) / s.stages.reduce((a, b) => a + b.total, 0)) + ' %') + ' · convscope jobs';
  } catch (error) { trouble.textContent = 'The board cannot be asked: ' + error.message; } finally { setTimeout(look, 3000); }
}
look();
`;

export const BOARD_PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>convscope jobs</title>
<style>${STYLE}${LOOKS}</style>
<h1>Jobs</h1>
<p><code id="line"></code><br>plan <code id="plan"></code></p>
<p id="trouble" role="alert"></p>
<div id="stages"></div>
<p id="rate"></p>
<p id="queue"></p>
<h2 hidden>Workers</h2><table id="workers"></table>
<h2 hidden>Failed pieces</h2><table id="failed"></table>
<h2 hidden>Slow pieces</h2><table id="slow"></table>
<h2 hidden>Newest pictures</h2><div id="pictures"></div>
<script>${SCRIPT}</script>
</html>
`;
