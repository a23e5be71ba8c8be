// Messages above the panes: errors, and decisions that were made for the user. Each can be dismissed.
import { find } from '../shared/dom.js';

export interface NoticeAction {
  readonly title: string;
  act(): void;
}

/** The kind of the shown error. Only the same kind can clear it. */
type Kind = 'problem' | 'not finite';
let shown: Kind | undefined;

/** Shows an error in place of the previous one. An empty message clears it. */
export function showProblem(
  message: string,
  { kind = 'problem' as Kind, action = undefined as NoticeAction | undefined } = {},
): void {
  // Finite numbers do not mean that another problem is solved.
  if (message === '' && kind !== 'problem' && kind !== shown) return;
  shown = message === '' ? undefined : kind;
  const place = find('problem', HTMLElement);
  place.hidden = message === '';
  place.replaceChildren(...(message === '' ? [] : contents(message, () => showProblem(''), action)));
}

/** Sentences that the user has dismissed, while the page is open. */
const dismissed = new Set<string>();

/** The importer's notes about a net. */
export function showNotes(net: string, notes: readonly string[]): void {
  const place = find('notes', HTMLElement);
  const rows = notes
    .map((note) => ({ note, key: `${net}: ${note}` }))
    .filter(({ key }) => !dismissed.has(key))
    .map(({ note, key }) => {
      const row = document.createElement('p');
      row.append(
        ...contents(note, () => {
          dismissed.add(key);
          row.remove();
          place.hidden = place.children.length === 0;
        }),
      );
      return row;
    });
  place.replaceChildren(...rows);
  place.hidden = rows.length === 0;
}

function contents(message: string, dismiss: () => void, action?: NoticeAction): HTMLElement[] {
  const words = Object.assign(document.createElement('span'), { textContent: message });
  const close = Object.assign(document.createElement('button'), { type: 'button', className: 'dismiss' });
  close.ariaLabel = 'Dismiss';
  close.addEventListener('click', dismiss);
  if (!action) return [words, close];
  const button = Object.assign(document.createElement('button'), { type: 'button', textContent: action.title });
  button.addEventListener('click', action.act);
  return [words, button, close];
}
