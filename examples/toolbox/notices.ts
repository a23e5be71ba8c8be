// What the page says above the panes: what went wrong, and what was decided for the person. Each can be taken away.
import { find } from '../shared/dom.js';

export interface NoticeAction {
  readonly title: string;
  act(): void;
}

/** What kind of trouble is shown, so that only the same kind takes it back. */
type Kind = 'problem' | 'not finite';
let shown: Kind | undefined;

/** Says what went wrong, in place of what was said before; empty takes it back. */
export function showProblem(
  message: string,
  { kind = 'problem' as Kind, action = undefined as NoticeAction | undefined } = {},
): void {
  // That numbers are sound again says nothing of other trouble.
  if (message === '' && kind !== 'problem' && kind !== shown) return;
  shown = message === '' ? undefined : kind;
  const place = find('problem', HTMLElement);
  place.hidden = message === '';
  place.replaceChildren(...(message === '' ? [] : contents(message, () => showProblem(''), action)));
}

/** Sentences that the person has taken away, for as long as the page is open. */
const dismissed = new Set<string>();

/** What the importer had to decide about a net, a sentence each. */
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
