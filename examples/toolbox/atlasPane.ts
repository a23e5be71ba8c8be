// The map of an atlas in the dialog of results: squares of icons, and what is known of the one that is pressed.
import { find } from '../shared/dom.js';
import { text } from './display.js';
import type { AtlasLevel, AtlasShown, AtlasSquare } from './resultAtlas.js';

let shown: AtlasShown | undefined;
let level = 0;

/** Shows an atlas, or none. */
export function showAtlas(atlas: AtlasShown | undefined): void {
  if (atlas === shown) return;
  shown = atlas;
  level = 0;
  find('results-atlas', HTMLElement).hidden = atlas === undefined;
  if (!atlas) return;
  text('results-atlas-title', `Atlas of ${atlas.layer}: ${atlas.activations.toLocaleString('en')} activations`);
  offerLevels(atlas);
  offerClasses(atlas);
  showLevel();
}

function offerLevels(atlas: AtlasShown): void {
  const choice = find('results-atlas-level', HTMLSelectElement);
  choice.replaceChildren(...atlas.levels.map(({ side }, i) => new Option(`${side} × ${side}`, String(i))));
  choice.onchange = () => {
    level = Number(choice.value);
    showLevel();
  };
}

/** Classes that a square speaks for most. */
function offerClasses(atlas: AtlasShown): void {
  const names = new Set(
    atlas.levels.flatMap(({ squares }) => squares.flatMap(({ classes }) => classes.slice(0, 1).map((c) => c.name))),
  );
  const choice = find('results-atlas-class', HTMLSelectElement);
  choice.replaceChildren(new Option('all classes', ''), ...[...names].sort().map((name) => new Option(name, name)));
  choice.onchange = () => markClass();
}

function showLevel(): void {
  const now = shown?.levels[level];
  if (!now) return;
  const map = find('results-atlas-map', HTMLElement);
  map.style.setProperty('--side', String(now.side));
  map.replaceChildren(...now.squares.map((square) => buttonOf(now, square)));
  markClass();
  const most = now.squares.reduce<AtlasSquare | undefined>((a, b) => (!a || b.count > a.count ? b : a), undefined);
  if (most) choose(now, most);
}

function buttonOf(now: AtlasLevel, square: AtlasSquare): HTMLButtonElement {
  const button = Object.assign(document.createElement('button'), { type: 'button' });
  button.style.gridColumn = String(square.column + 1);
  button.style.gridRow = String(square.row + 1);
  button.ariaLabel = titleOf(square);
  button.title = titleOf(square);
  button.dataset.class = square.classes[0]?.name ?? '';
  iconOn(button, now, square);
  button.addEventListener('click', () => choose(now, square));
  return button;
}

const titleOf = ({ classes, count }: AtlasSquare): string =>
  `${classes[0]?.name ?? 'no class'} · ${count} activation${count === 1 ? '' : 's'}`;

/** The icon as the background: a piece of its sheet. */
function iconOn(element: HTMLElement, { sheet, perRow, rows }: AtlasLevel, { icon }: AtlasSquare): void {
  element.classList.toggle('blank', icon === undefined);
  if (icon === undefined) {
    element.style.backgroundImage = '';
    return;
  }
  const share = (place: number, places: number) => `${places > 1 ? (100 * place) / (places - 1) : 0}%`;
  element.style.backgroundImage = `url(${JSON.stringify(sheet)})`;
  element.style.backgroundSize = `${100 * perRow}% ${100 * rows}%`;
  element.style.backgroundPosition = `${share(icon % perRow, perRow)} ${share(Math.floor(icon / perRow), rows)}`;
}

function choose(now: AtlasLevel, square: AtlasSquare): void {
  const map = find('results-atlas-map', HTMLElement);
  [...map.children].forEach((child, i) => {
    child.ariaCurrent = String(now.squares[i] === square);
  });
  iconOn(find('results-atlas-icon', HTMLElement), now, square);
  text(
    'results-atlas-count',
    `${square.count} activation${square.count === 1 ? '' : 's'}${square.icon === undefined ? '; no image could be made of their mean' : ''}`,
  );
  const most = Math.max(...square.classes.map(({ contribution }) => Math.abs(contribution)), 1e-9);
  find('results-atlas-classes', HTMLElement).replaceChildren(
    ...square.classes.map(({ name, contribution }) => {
      const item = document.createElement('li');
      item.style.setProperty('--share', String(Math.max(0, contribution) / most));
      const [left, right] = [document.createElement('span'), document.createElement('span')];
      left.textContent = name;
      right.textContent = contribution.toFixed(2);
      item.append(left, right);
      return item;
    }),
  );
  text(
    'results-atlas-pictures',
    `of ${square.pictures.join(', ')}${square.count > square.pictures.length ? ', …' : ''}`,
  );
}

/** Dims the squares that speak for another class. */
function markClass(): void {
  const wanted = find('results-atlas-class', HTMLSelectElement).value;
  for (const child of find('results-atlas-map', HTMLElement).children) {
    if (child instanceof HTMLElement) child.classList.toggle('dim', wanted !== '' && child.dataset.class !== wanted);
  }
}
