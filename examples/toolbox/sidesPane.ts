// Shows the further inputs of a net: the value of each, and a list to choose another one.
import { find } from '../shared/dom.js';
import type { Page } from './page.js';
import type { SideReport, SideValue } from './sideValues.js';

const CHOICES = {
  zeros: 'zeros',
  constant: 'a number…',
  present: 'the present picture',
  file: 'a picture or .npy…',
} as const;
type Choice = keyof typeof CHOICES;
const isChoice = (value: string): value is Choice => value in CHOICES;

/** Shows what each further input holds. */
export function showSides(page: Page, sides: readonly SideReport[]): void {
  const place = find('sides', HTMLElement);
  place.hidden = sides.length === 0;
  place.replaceChildren(...sides.map((side) => rowOf(page, side)));
}

function rowOf(page: Page, { name, shape, words }: SideReport): HTMLElement {
  const row = Object.assign(document.createElement('fieldset'), { className: 'row further' });
  row.dataset.side = name;
  const legend = Object.assign(document.createElement('legend'), {
    textContent: `${name} · ${shape.slice(1).join('×')}`,
  });
  const held = Object.assign(document.createElement('span'), { className: 'quiet', textContent: words });
  const select = document.createElement('select');
  select.ariaLabel = `What ${name} holds`;
  select.append(
    new Option('Change…', ''),
    ...Object.entries(CHOICES).map(([value, title]) => new Option(title, value)),
  );
  const number = Object.assign(document.createElement('input'), { type: 'number', step: 'any', hidden: true });
  number.ariaLabel = `The number in all of ${name}`;
  const file = Object.assign(document.createElement('input'), {
    type: 'file',
    accept: 'image/*,.npy',
    className: 'unseen',
    tabIndex: -1,
  });
  file.ariaLabel = `File for ${name}`;

  const give = (value: SideValue) => {
    const { net } = page;
    if (net) page.tell({ type: 'side', name, value, net: net.id });
  };
  select.addEventListener('change', () => {
    const { value } = select;
    number.hidden = value !== 'constant';
    if (!isChoice(value)) return;
    if (value === 'zeros') give({ kind: 'constant', value: 0 });
    else if (value === 'present') give({ kind: 'present' });
    else if (value === 'constant') number.focus();
    else file.click();
    // The current value is shown next to the list, which is only for choosing another one.
    if (value !== 'constant') select.value = '';
  });
  number.addEventListener('change', () => {
    const value = number.valueAsNumber;
    if (Number.isFinite(value)) give({ kind: 'constant', value });
    else page.warn(`${name} must be a number, it is '${number.value}'.`);
  });
  file.addEventListener('change', () => {
    const [chosen] = file.files ?? [];
    if (chosen) give({ kind: 'file', file: chosen });
    file.value = '';
  });
  row.append(legend, held, select, number, file);
  return row;
}
