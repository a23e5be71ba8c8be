// The dialog of nets: what can be opened, what is stored, what is being downloaded.

import { type BuiltInNet, pictureNets } from '../shared/builtIn.js';
import { find } from '../shared/dom.js';
import { bytesText, timeText } from '../shared/sizes.js';
import { askPreprocessing } from './ask.js';
import { text } from './display.js';
import { Nets, type Transfer, type ZooState } from './nets.js';
import type { Page } from './page.js';
import { connectPreprocessing } from './preprocessingDialog.js';
import type { Recent } from './recents.js';
import { bytesOf } from './zoo.js';

export interface NetsDialog {
  readonly nets: Nets;
  /** Updates the dialog to the state. */
  show(): void;
  /** Disables the dialog if nothing can be computed. */
  stop(): void;
  /** Asks how pixels become the open net's input, if nobody has said so. */
  ask(): void;
}

/** One net of a list. Created once, so that a button keeps the focus while its surroundings change. */
interface Row {
  readonly item: HTMLLIElement;
  readonly actions: HTMLElement;
  readonly buttons: Readonly<Record<string, HTMLButtonElement>>;
  readonly mark: HTMLElement;
  readonly progress: HTMLProgressElement;
  readonly transfer: HTMLElement;
  readonly problem: HTMLElement;
}

export function connectNets(page: Page): NetsDialog {
  const dialog = find('nets', HTMLDialogElement);
  const button = find('nets-button', HTMLButtonElement);
  const rows = new Map<string, Row>();
  let builtIn: readonly (BuiltInNet & { readonly input: readonly number[] })[] | undefined;
  const nets = new Nets(page, () => show());
  const preprocessing = connectPreprocessing(page, nets);

  function show(): void {
    showShare();
    if (button.hidden) return;
    const { open } = dialog;
    if (page.state.nets && !open) {
      dialog.showModal();
      if (!builtIn) void listBuiltIn();
    }
    if (!page.state.nets && open) dialog.close();
    if (!page.state.nets) return;
    showAwaited();
    showBuiltIn();
    place('nets-zoo', nets.zoo.map(zooRow));
    place('nets-recent', nets.recents.map(recentRow));
    find('nets-recents', HTMLElement).hidden = nets.recents.length === 0;
    const kept = [...nets.zoo.filter((z) => z.kept).map((z) => z.net), ...nets.recents];
    const files = new Map(kept.flatMap((net) => net.files).map((file) => [file.sha256, file]));
    text('nets-size', files.size > 0 ? `Kept in this browser: ${bytesText(bytesOf([...files.values()]))}` : '');
    find('preprocessing-button', HTMLButtonElement).disabled = !page.net;
    text('preprocessing-button', page.net ? `Preprocessing of ${page.net.name}…` : 'Preprocessing…');
  }

  /** Shows the progress of downloads on the button: they continue while the dialog is closed. */
  function showShare(): void {
    const transfers = nets.zoo.flatMap(({ transfer }) => (transfer ? [transfer] : []));
    const sum = (part: 'loaded' | 'total') => transfers.reduce((all, transfer) => all + transfer[part], 0);
    text('nets-share', transfers.length > 0 ? `${Math.floor((100 * sum('loaded')) / sum('total'))} %` : '');
  }

  /** Shows the net that a link asks for, because the dialog was opened for it. */
  function showAwaited(): void {
    const awaited = nets.zoo.find(({ net }) => net.name === nets.awaited);
    const place = find('nets-awaited', HTMLElement);
    const isNew = place.hidden;
    place.hidden = !awaited || awaited.transfer !== undefined;
    if (place.hidden || !awaited || !isNew) return;
    const { net } = awaited;
    const size = bytesText(bytesOf(net.files));
    text('nets-awaited-words', `This link shows ${net.title}, which is not in this browser yet.`);
    const download = find('nets-awaited-download', HTMLButtonElement);
    download.textContent = `Download ${net.title} (${size}) and open it`;
    download.onclick = () => void nets.download(net);
    download.focus();
  }

  async function listBuiltIn(): Promise<void> {
    builtIn = await pictureNets();
    show();
  }

  function showBuiltIn(): void {
    place(
      'nets-built-in',
      (builtIn ?? []).map(({ name, about, input, bytes }) => {
        const row = rowOf(`built-in/${name}`, name, about, ['Open'], `${input.join('×')} · ${bytesText(bytes)}`);
        row.buttons.Open.onclick = () => openAndClose(name);
        offer(row, name === nets.current ? [] : [row.buttons.Open]);
        showMark(row, name === nets.current ? 'open now' : '');
        return row.item;
      }),
    );
  }

  function zooRow({ net, kept, transfer, problem }: ZooState): HTMLElement {
    const { name, title, about, licence, source, files } = net;
    const details = `${licence} · ${bytesText(bytesOf(files))} · `;
    const link = Object.assign(document.createElement('a'), { href: source, target: '_blank', rel: 'noopener' });
    link.textContent = new URL(source).host + new URL(source).pathname;
    const row = rowOf(`zoo/${name}`, title, about, ['Download and open', 'Open', 'Cancel', 'Remove'], details, link);
    const { Open: open, Cancel: cancel, Remove: remove, 'Download and open': download } = row.buttons;
    download.onclick = () => void nets.download(net);
    open.onclick = () => openAndClose(name);
    cancel.onclick = () => nets.cancel(name);
    remove.onclick = () => void nets.remove(name);
    const current = name === nets.current;
    offer(row, transfer ? [cancel] : kept ? (current ? [remove] : [open, remove]) : [download]);
    const marks = [current ? 'open now' : '', kept ? 'kept: works offline' : ''];
    showMark(row, marks.filter(Boolean).join(' · '));
    showTransfer(row, transfer);
    showProblem(row, problem);
    return row.item;
  }

  function recentRow({ name, files, preprocessing }: Recent): HTMLElement {
    const names = files.map((file) => file.name).join(', ');
    const said = preprocessing ? ' · with your preprocessing' : '';
    const row = rowOf(`recent/${name}`, name, '', ['Open', 'Remove'], `${names} · ${bytesText(bytesOf(files))}${said}`);
    const { Open: open, Remove: remove } = row.buttons;
    open.onclick = () => openAndClose(name);
    remove.onclick = () => void nets.remove(name);
    offer(row, name === nets.current ? [remove] : [open, remove]);
    showMark(row, name === nets.current ? 'open now' : '');
    return row.item;
  }

  function openAndClose(name: string): void {
    page.change({ nets: false });
    void nets.open(name);
  }

  function rowOf(
    key: string,
    title: string,
    about: string,
    actions: readonly string[],
    ...details: (string | Node)[]
  ): Row {
    const row = rows.get(key) ?? newRow(title, about, actions);
    if (!rows.has(key)) rows.set(key, row);
    const place = row.item.querySelector('.details');
    const shown = details.map((detail) => (typeof detail === 'string' ? detail : detail.textContent)).join('');
    if (place && place.textContent !== shown) place.replaceChildren(...details);
    return row;
  }

  button.addEventListener('click', () => page.change({ nets: true }));
  find('nets-close', HTMLButtonElement).addEventListener('click', () => page.change({ nets: false }));
  // The event comes late: the dialog may be open again by then.
  dialog.addEventListener('close', () => !dialog.open && page.state.nets && page.change({ nets: false }));
  find('preprocessing-button', HTMLButtonElement).addEventListener('click', () => {
    page.change({ nets: false });
    preprocessing.open();
  });
  function stop(): void {
    nets.stop();
    button.hidden = true;
    dialog.close();
    page.change({ nets: false });
  }

  return { nets, show, stop, ask: () => askPreprocessing(page, nets, preprocessing) };
}

function newRow(title: string, about: string, actions: readonly string[]): Row {
  const make = <K extends keyof HTMLElementTagNameMap>(tag: K, className: string, content = '') =>
    Object.assign(document.createElement(tag), { className, textContent: content });
  const item = make('li', '');
  const words = make('div', 'words');
  const head = make('div', 'head');
  const mark = make('span', 'mark');
  head.append(make('b', '', title), mark);
  words.append(head, ...(about ? [make('div', '', about)] : []), make('div', 'details quiet'));
  const places = make('div', 'actions');
  const buttons = Object.fromEntries(
    actions.map((action) => {
      const button = make('button', '', action);
      button.type = 'button';
      button.ariaLabel = `${action}: ${title}`;
      places.append(button);
      return [action, button];
    }),
  );
  const progress = make('progress', '');
  progress.hidden = true;
  progress.ariaLabel = `Download of ${title}`;
  const transfer = make('div', 'transfer quiet');
  transfer.hidden = true;
  const problem = make('p', 'warning');
  problem.role = 'alert';
  problem.hidden = true;
  item.append(words, places, progress, transfer, problem);
  return { item, actions: places, buttons, mark, progress, transfer, problem };
}

/** Puts rows into a list, if they are not there already. */
function place(id: string, items: readonly HTMLElement[]): void {
  const list = find(id, HTMLElement);
  const there = [...list.children];
  if (there.length === items.length && items.every((item, i) => item === there[i])) return;
  const focused = document.activeElement;
  list.replaceChildren(...items);
  if (focused instanceof HTMLElement && list.contains(focused)) focused.focus();
}

/** Shows these buttons of a row. If the focused button disappears, the first one gets the focus. */
function offer({ buttons, item, actions }: Row, offered: readonly HTMLButtonElement[]): void {
  const lost = item.contains(document.activeElement) && !offered.some((button) => button === document.activeElement);
  for (const button of Object.values(buttons)) button.hidden = !offered.includes(button);
  actions.hidden = offered.length === 0;
  if (lost) offered[0]?.focus();
}

function showMark({ mark }: Row, words: string): void {
  if (mark.textContent !== words) mark.textContent = words;
}

function showTransfer({ progress, transfer }: Row, state: Transfer | undefined): void {
  progress.hidden = !state;
  transfer.hidden = !state;
  if (!state) {
    if (transfer.textContent !== '') transfer.textContent = '';
    return;
  }
  const { loaded, total, left } = state;
  progress.max = total;
  progress.value = loaded;
  const percent = Math.floor((100 * loaded) / total);
  const rest = left === undefined ? '' : ` · ${timeText(left)} left`;
  transfer.textContent =
    loaded < total ? `${bytesText(loaded)} of ${bytesText(total)} · ${percent} %${rest}` : 'checking';
}

function showProblem({ problem }: Row, message = ''): void {
  problem.hidden = message === '';
  if (problem.textContent !== message) problem.textContent = message;
}
