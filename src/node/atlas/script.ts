// The script of an atlas's page: a map of icons that is moved by a drag, the arrows or two fingers, and enlarged by the wheel, keys or buttons.
// The nearer one comes, the finer the grid. It is text, because the page needs neither a server nor a bundler.

/** Plain JavaScript for the end of the page. */
export const SCRIPT = `
const atlas = JSON.parse(document.getElementById('atlas').textContent);
const get = (id) => document.getElementById(id);
const canvas = get('map');
const sheets = atlas.levels.map((_, i) => get('sheet-' + i));
/** Pixels of a cell from which the next finer grid is shown, and between the map and the edge. */
const FINER = 100, MARGIN = 8, MOST = 12, STILL = 4;
let width = 1, height = 1, zoom = 1, x = 0, y = 0, current, wanted = -1, due = false, dragged = false;
const down = new Map();

const side = () => Math.min(width, height) - 2 * MARGIN;
const levelOf = () => {
  const enough = atlas.levels.findIndex(({ side: n }) => (side() * zoom) / n <= FINER);
  return enough < 0 ? atlas.levels.length - 1 : enough;
};
const placeOf = ({ column, row }, n) => {
  const cell = (side() * zoom) / n;
  const [left, top] = [(width - side()) / 2, (height - side()) / 2];
  return [left * zoom + x + column * cell, top * zoom + y + row * cell, cell];
};
const held = () => {
  x = Math.min(0, Math.max(width * (1 - zoom), x));
  y = Math.min(0, Math.max(height * (1 - zoom), y));
};
const draw = () => {
  if (due) return;
  due = true;
  requestAnimationFrame(paint);
};
function paint() {
  due = false;
  const context = canvas.getContext('2d');
  const ratio = devicePixelRatio || 1;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  context.imageSmoothingQuality = 'high';
  const index = levelOf();
  const { cells, side: n, columns } = atlas.levels[index];
  const [w, h] = atlas.icon;
  for (const [i, cell] of cells.entries()) {
    if (cell.icon === undefined) continue;
    const [left, top, size] = placeOf(cell, n);
    if (left > width || top > height || left + size < 0 || top + size < 0) continue;
    const isOther = wanted >= 0 && cell.taken[0]?.[0] !== wanted;
    context.globalAlpha = isOther ? 0.15 : 1;
    const [sx, sy] = [(cell.icon % columns) * w, Math.floor(cell.icon / columns) * h];
    context.drawImage(sheets[index], sx, sy, w, h, left, top, size, size);
    if (current?.level === index && current.cell === i) {
      context.globalAlpha = 1;
      context.lineWidth = 3;
      context.strokeStyle = getComputedStyle(canvas).color;
      context.strokeRect(left + 1.5, top + 1.5, size - 3, size - 3);
    }
  }
  context.globalAlpha = 1;
  get('level').textContent = n + '×' + n + ', ' + cells.length + ' icons';
}
function point(level, cell) {
  if (current?.level === level && current?.cell === cell) return;
  current = cell === undefined ? undefined : { level, cell };
  draw();
  get('none').hidden = cell !== undefined;
  get('about').hidden = cell === undefined;
  if (cell === undefined) return;
  const { count, taken, classes, examples, icon } = atlas.levels[level].cells[cell];
  const { columns } = atlas.levels[level];
  const crop = (image, [w, h], at, columns, to) => {
    const context = to.getContext('2d');
    [to.width, to.height] = [w, h];
    if (at !== undefined) context.drawImage(image, (at % columns) * w, Math.floor(at / columns) * h, w, h, 0, 0, w, h);
  };
  crop(sheets[level], atlas.icon, icon, columns, get('icon'));
  get('count').textContent = count + (count === 1 ? ' activation' : ' activations');
  const named = (index) => atlas.labels[index] ?? 'class ' + index;
  get('taken').textContent = 'The pictures are taken for ' + taken.map(([index, n]) => named(index) + ' (' + n + ')').join(', ') + '.';
  const most = Math.max(...classes.map(([, share]) => share), 1e-9);
  get('classes').replaceChildren(...classes.map(([index, share]) => {
    const item = document.createElement('li');
    item.textContent = named(index);
    item.style.setProperty('--share', Math.max(0, share / most));
    const value = document.createElement('span');
    value.textContent = share.toPrecision(2);
    item.append(value);
    return item;
  }));
  get('examples').replaceChildren(...examples.map(([at, name]) => {
    const to = document.createElement('canvas');
    crop(get('examples-sheet'), atlas.example, at, atlas.exampleColumns, to);
    to.title = name;
    to.setAttribute('role', 'img');
    to.setAttribute('aria-label', name);
    return to;
  }));
  get('told').textContent = get('count').textContent + ': ' + taken.map(([index]) => named(index)).join(', ');
}
const at = ([px, py]) => {
  const level = levelOf();
  const { cells, side: n } = atlas.levels[level];
  const found = cells.findIndex((cell) => {
    const [left, top, size] = placeOf(cell, n);
    return px >= left && py >= top && px < left + size && py < top + size;
  });
  return [level, found < 0 ? undefined : found];
};
function enlarge(factor, [px, py] = [width / 2, height / 2]) {
  const next = Math.min(MOST, Math.max(1, zoom * factor));
  x = px - (px - x) * (next / zoom);
  y = py - (py - y) * (next / zoom);
  zoom = next;
  held();
  if (current && current.level !== levelOf()) point();
  draw();
}
function showAll() {
  zoom = 1;
  x = y = 0;
  if (current && current.level !== levelOf()) point();
  draw();
}
const where = ({ clientX, clientY }) => {
  const { left, top } = canvas.getBoundingClientRect();
  return [clientX - left, clientY - top];
};
canvas.addEventListener('wheel', (event) => {
  // All of it is seen: the page scrolls on.
  if (zoom === 1 && event.deltaY > 0) return;
  event.preventDefault();
  enlarge(Math.exp(-event.deltaY / (event.deltaMode === 0 ? 300 : 10)), where(event));
}, { passive: false });
canvas.addEventListener('pointerdown', (event) => {
  if (event.button !== 0) return;
  canvas.setPointerCapture(event.pointerId);
  down.set(event.pointerId, where(event));
  if (down.size === 1) dragged = false;
});
canvas.addEventListener('pointermove', (event) => {
  const now = where(event);
  const before = down.get(event.pointerId);
  if (!before) {
    if (event.pointerType === 'mouse') point(...at(now));
    return;
  }
  const other = [...down].find(([id]) => id !== event.pointerId)?.[1];
  const far = ([px, py]) => Math.max(1, Math.hypot(px - other[0], py - other[1]));
  if (other) enlarge(far(now) / far(before), other);
  else {
    if (!dragged && Math.hypot(now[0] - before[0], now[1] - before[1]) <= STILL) return;
    x += now[0] - before[0];
    y += now[1] - before[1];
    held();
    draw();
  }
  dragged = true;
  down.set(event.pointerId, now);
});
for (const name of ['pointerup', 'pointercancel']) canvas.addEventListener(name, (event) => {
  if (down.delete(event.pointerId) && name === 'pointerup' && !dragged) point(...at(where(event)));
});
const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
canvas.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  const move = MOVES[event.key];
  if (move) step(move);
  else if (event.key === '+' || event.key === '=') enlarge(1.4, middle());
  else if (event.key === '-') enlarge(1 / 1.4, middle());
  else if (event.key === '0') showAll();
  else if (event.key === 'Escape') point();
  else return;
  event.preventDefault();
});
function middle() {
  if (!current) return undefined;
  const { cells, side: n } = atlas.levels[current.level];
  const [left, top, size] = placeOf(cells[current.cell], n);
  return [left + size / 2, top + size / 2];
}
/** To the nearest cell in a direction: one step sideways counts as two ahead. */
function step([dx, dy]) {
  const level = levelOf();
  const { cells, side: n } = atlas.levels[level];
  if (current?.level !== level) {
    point(level, 0);
    return;
  }
  const from = cells[current.cell];
  let best, least = Infinity;
  for (const [i, { column, row }] of cells.entries()) {
    const [ahead, aside] = [(column - from.column) * dx + (row - from.row) * dy, (column - from.column) * dy + (row - from.row) * dx];
    if (ahead <= 0) continue;
    const distance = ahead + 2 * Math.abs(aside);
    if (distance < least) [best, least] = [i, distance];
  }
  if (best === undefined) return;
  point(level, best);
  const [px, py] = middle();
  if (px < 0 || py < 0 || px > width || py > height) {
    x += width / 2 - px;
    y += height / 2 - py;
    held();
  }
}
get('nearer').addEventListener('click', () => enlarge(1.6));
get('farther').addEventListener('click', () => enlarge(1 / 1.6));
get('whole').addEventListener('click', showAll);
get('class').addEventListener('change', ({ target }) => {
  wanted = Number(target.value);
  draw();
});
new ResizeObserver(() => {
  [width, height] = [Math.max(1, canvas.clientWidth), Math.max(1, canvas.clientHeight)];
  const ratio = devicePixelRatio || 1;
  [canvas.width, canvas.height] = [Math.round(width * ratio), Math.round(height * ratio)];
  held();
  draw();
}).observe(canvas);
for (const image of [...sheets, get('examples-sheet')]) image.addEventListener('load', draw);
window.atlasView = { placeOf: (level, cell) => placeOf(atlas.levels[level].cells[cell], atlas.levels[level].side), level: levelOf };
`;
