// The dialog of results: a folder or an address with what the commands wrote, shown in place of what the page would compute.
import { BUILT_IN } from '../shared/builtIn.js';
import { find } from '../shared/dom.js';
import { pathOf } from '../shared/files.js';
import { showAtlas } from './atlasPane.js';
import { forgetConcepts, showConcepts } from './concepts.js';
import { text } from './display.js';
import { textOf } from './jobs.js';
import { showProblem } from './notices.js';
import type { Page } from './page.js';
import type { ModelReport } from './protocol.js';
import { addressOfFolder, type FolderGiven } from './resultFolder.js';
import type { ResultsReport } from './results.js';

/** What the worker says about results. */
interface Said {
  readonly report?: ResultsReport;
  readonly problem?: string;
  readonly of?: string;
}

/** Files that only a folder of results has. */
const MARKS: ReadonlySet<string> = new Set(['top.json', 'dissection.json', 'atlas.json', 'gallery.json']);

/** Whether dropped files are results: a folder with files of the commands, or such a file alone. */
export const areResults = (files: readonly File[]): boolean =>
  files.some((file) => MARKS.has(file.name)) ||
  (files.some(({ name }) => name === 'index.json') && files.some((file) => /(^|\/)sheets\//.test(pathOf(file))));

export class ResultsDialog {
  readonly #dialog = find('results', HTMLDialogElement);
  #given: FolderGiven | undefined;
  #report: ResultsReport | undefined;
  #problem = '';
  #reading = false;
  /** The net may be changed for these results: they were just chosen. */
  #mayOpen = false;

  constructor(
    private readonly page: Page,
    /** Opens a built-in net. */
    private readonly openNet: (name: string) => void,
  ) {
    const dialog = this.#dialog;
    find('results-button', HTMLButtonElement).addEventListener('click', () => page.change({ resultsOpen: true }));
    find('results-hide', HTMLButtonElement).addEventListener('click', () => page.change({ resultsOpen: false }));
    dialog.addEventListener(
      'close',
      () => !dialog.open && page.state.resultsOpen && page.change({ resultsOpen: false }),
    );
    find('results-none', HTMLButtonElement).addEventListener('click', () => this.close());
    const folder = find('results-folder', HTMLInputElement);
    folder.addEventListener('change', () => {
      if (folder.files?.length) this.take(Array.from(folder.files));
      folder.value = '';
    });
    find('results-form', HTMLFormElement).addEventListener('submit', (event) => {
      event.preventDefault();
      this.#openAddress(find('results-address', HTMLInputElement).value.trim());
    });
  }

  /** Opens results among the user's files. */
  take(files: readonly File[]): void {
    const paths = files.map((file) => ({ path: pathOf(file), file }));
    const [first] = paths[0].path.split('/');
    const name = paths[0].path.includes('/') ? first : paths.map(({ path }) => path).join(', ');
    this.page.change({ results: '' });
    this.#open({ name, files: paths });
  }

  #openAddress(given: string): void {
    try {
      const address = addressOfFolder(
        URL.canParse(given, location.href) ? new URL(given, location.href).href : given,
      ).href;
      this.page.change({ results: address });
      this.#open({ address });
    } catch (error) {
      this.#problem = textOf(error);
      this.show();
    }
  }

  #open(given: FolderGiven): void {
    this.#given = given;
    this.#mayOpen = true;
    this.#ask();
  }

  #ask(): void {
    const { net } = this.page;
    if (!net) return;
    this.#problem = '';
    this.#reading = this.#given !== undefined;
    this.page.tell({ type: 'results', folder: this.#given, net: net.id });
    this.show();
  }

  /** Shows what is computed again. */
  close(): void {
    this.#given = undefined;
    this.#forget();
    this.page.change({ results: '' });
    this.#ask();
  }

  #forget(): void {
    this.#report = undefined;
    forgetConcepts();
  }

  /** Another net is open, or the same one again: the results are checked against it. The first one opens those of the address. */
  opened(_report: ModelReport): void {
    this.#forget();
    const { results } = this.page.state;
    if (!this.#given && results !== '') {
      this.#openAddress(results);
      return;
    }
    if (this.#given) this.#ask();
  }

  /** What the worker says: they are shown, or they are of another net. */
  said({ report, problem = '', of }: Said): void {
    this.#reading = false;
    this.#report = report;
    const { net } = this.page;
    const mayOpen = this.#mayOpen;
    this.#mayOpen = false;
    if (problem && of !== undefined && mayOpen && of !== net?.name && BUILT_IN.some(({ name }) => name === of)) {
      this.openNet(of);
      return;
    }
    if (problem) {
      this.#given = undefined;
      this.page.change({ results: '' });
    }
    this.#problem = problem;
    if (problem && !this.page.state.resultsOpen) showProblem(problem);
    forgetConcepts();
    if (report?.dissection) showConcepts(this.page, report.dissection);
    this.show();
  }

  /** Updates the dialog to the state. */
  show(): void {
    showAtlas(this.#report?.atlas);
    const { resultsOpen } = this.page.state;
    const dialog = this.#dialog;
    if (resultsOpen && !dialog.open) dialog.showModal();
    if (!resultsOpen && dialog.open) dialog.close();
    find('results-button', HTMLButtonElement).classList.toggle('on', this.#report !== undefined);
    if (!resultsOpen) return;
    const report = this.#report;
    text('results-name', this.#reading ? 'Reading…' : report ? `Shown: ${report.name}` : 'None are shown.');
    listed('results-found', report?.found ?? []);
    listed('results-notes', report?.notes ?? []);
    find('results-none', HTMLButtonElement).hidden = !report;
    const warning = find('results-problem', HTMLElement);
    warning.hidden = this.#problem === '';
    text('results-problem', this.#problem);
    const address = find('results-address', HTMLInputElement);
    if (this.page.state.results && document.activeElement !== address) address.value = this.page.state.results;
  }
}

function listed(id: string, lines: readonly string[]): void {
  const list = find(id, HTMLElement);
  list.hidden = lines.length === 0;
  if (list.dataset.of === lines.join('\n')) return;
  list.dataset.of = lines.join('\n');
  list.replaceChildren(...lines.map((line) => Object.assign(document.createElement('li'), { textContent: line })));
}
