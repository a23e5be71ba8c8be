// The page's controls: buttons, lists, keys, pointers, drops and pastes, each as a change of the state.
import { find } from '../shared/dom.js';
import { listenForFiles } from '../shared/files.js';
import { connectGridPointer } from './gridPointer.js';
import { pressed, type Surroundings } from './keys.js';
import type { Page } from './page.js';
import { BACKS, BOOSTS, COLORMAPS, FILTERS, GAMMAS, INKS, SEEDS, type ToolboxState, toSource } from './state.js';

export interface ControlActions {
  /** Accepts pictures, nets and labels. */
  takeFiles(files: File[]): void;
  /** Another camera was chosen. */
  changeCamera(): void;
}

export function connectControls(page: Page, actions: ControlActions): void {
  connectLists(page);
  connectButtons(page);
  connectSources(page, actions);
  connectGridPointer(page);
  connectKeys(page);
}

const among = <T extends string | number>(list: readonly T[], value: string): T =>
  list.find((v) => String(v) === value) ?? list[0];

function connectLists(page: Page): void {
  const fill = (id: string, list: readonly (string | number)[], take: (value: string) => Partial<ToolboxState>) => {
    const select = find(id, HTMLSelectElement);
    select.replaceChildren(...list.map((item) => new Option(String(item))));
    select.addEventListener('change', () => page.change(take(select.value)));
  };
  fill('gamma', GAMMAS, (value) => ({ gamma: among(GAMMAS, value) }));
  fill('boost', BOOSTS, (value) => ({ boost: among(BOOSTS, value) }));
  fill('colormap', COLORMAPS, (value) => ({ colormap: among(COLORMAPS, value) }));
  fill('back-mode', BACKS, (value) => ({ back: among(BACKS, value) }));
  fill('filter', FILTERS, (value) => ({ filter: among(FILTERS, value) }));
  fill('ink', INKS, (value) => ({ ink: among(INKS, value) }));
  fill('seed', SEEDS, (value) => ({ seed: among(SEEDS, value) }));
  find('layers', HTMLElement).addEventListener('click', ({ target }) => {
    const layer = target instanceof HTMLElement ? target.dataset.layer : undefined;
    const units = page.net?.layers.find((l) => l.name === layer)?.shape[1];
    if (layer && units) page.change({ layer, unit: Math.min(page.state.unit, units - 1), area: 'units' });
  });
}

function connectButtons(page: Page): void {
  const onClick = (id: string, take: (state: ToolboxState) => Partial<ToolboxState>) =>
    find(id, HTMLButtonElement).addEventListener('click', () => page.change(take(page.state)));
  // A button that has a key uses the key's function.
  const asKey = (id: string, key: string) => onClick(id, (state) => pressed(key, state, surroundings(page)) ?? {});
  asKey('previous', 'w');
  asKey('following', 'e');
  asKey('freeze', 'f');
  asKey('hold', 'd');
  asKey('differences', 'a');
  asKey('patterns', 's');
  asKey('overlay', 'x');
  asKey('explain', 'y');
  onClick('help-button', () => ({ help: true }));
  const help = find('help', HTMLDialogElement);
  // The event comes late: the dialog may be open again by then.
  help.addEventListener('close', () => !help.open && page.state.help && page.change({ help: false }));
  const onCheck = (id: string, take: (checked: boolean) => Partial<ToolboxState>) => {
    const box = find(id, HTMLInputElement);
    box.addEventListener('change', () => page.change(take(box.checked)));
  };
  onCheck('mirror', (mirror) => ({ mirror }));
  onCheck('stretch', (stretched) => ({ fit: stretched ? 'stretch' : 'crop' }));
  onCheck('contrast', (contrast) => ({ contrast }));
}

function connectSources(page: Page, { takeFiles, changeCamera }: ControlActions): void {
  find('cameras', HTMLSelectElement).addEventListener('change', changeCamera);
  for (const button of document.querySelectorAll<HTMLButtonElement>('button[data-source]')) {
    button.addEventListener('click', () => {
      const kind = button.dataset.source;
      if (kind === 'world' || kind === 'camera' || kind === 'draw')
        page.change({ ...toSource(page.state, kind), frozenFrame: false });
    });
  }
  document.addEventListener('paste', (event) => {
    const files = Array.from(event.clipboardData?.files ?? []);
    if (files.length > 0) takeFiles(files);
  });
  listenForFiles(find('net-files', HTMLInputElement), takeFiles);
  for (const id of ['picture-files', 'folder-files']) {
    const input = find(id, HTMLInputElement);
    input.addEventListener('change', () => {
      if (input.files?.length) takeFiles(Array.from(input.files));
      input.value = '';
    });
  }
}

function connectKeys(page: Page): void {
  document.addEventListener('keydown', (event) => {
    const { target } = event;
    if (target instanceof HTMLElement && (target.closest('dialog:not(#help)') || keepsKey(target, event.key))) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const next = pressed(event.key, page.state, surroundings(page));
    if (!next) return;
    event.preventDefault();
    page.change(next);
  });
}

/** Keys that a closed list uses itself. */
const LIST_KEYS: ReadonlySet<string> = new Set([
  'ArrowUp',
  'ArrowDown',
  'ArrowLeft',
  'ArrowRight',
  'PageUp',
  'PageDown',
]);
const KNOWS_OPEN = CSS.supports('selector(:open)');

/** True if the focused control needs the key: text fields need all keys, checkboxes and lists need no letters. */
function keepsKey(target: HTMLElement, key: string): boolean {
  if (target instanceof HTMLSelectElement) return LIST_KEYS.has(key) || (KNOWS_OPEN && target.matches(':open'));
  if (target instanceof HTMLInputElement) return !['checkbox', 'radio', 'file', 'button'].includes(target.type);
  return target instanceof HTMLTextAreaElement || target.isContentEditable;
}

/** What key functions know about the net, the grid and the pictures. */
function surroundings({ net, pictures, methods }: Page): Surroundings {
  const grid = find('grid', HTMLCanvasElement);
  return {
    pictures,
    methods,
    layers: (net?.layers ?? []).map(({ name, shape }) => ({ name, units: shape[1] })),
    // Same as the grid's layout: ⌈√(units · aspect)⌉ columns.
    columns: (units) =>
      Math.max(1, Math.min(units, Math.ceil(Math.sqrt((units * grid.clientWidth) / grid.clientHeight)))),
  };
}
