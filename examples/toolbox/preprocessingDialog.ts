// The form for how pixels become the open net's input.
import { find } from '../shared/dom.js';
import type { Nets } from './nets.js';
import type { Page } from './page.js';
import {
  channelNames,
  type FieldProblem,
  PRESETS,
  type PreprocessingText,
  parsePreprocessingText,
  rangesOf,
  textOf,
  textOfPreset,
} from './preprocessing.js';
import type { ModelReport } from './protocol.js';

/** Maximum rows and columns of an input. No device has enough memory for the activations of a larger one. */
const MOST_SIZE = 4096;

export interface PreprocessingDialog {
  open(): void;
}

export function connectPreprocessing(page: Page, nets: Nets): PreprocessingDialog {
  const dialog = find('preprocessing', HTMLDialogElement);
  const preset = find('preprocessing-preset', HTMLSelectElement);
  const order = find('preprocessing-order', HTMLSelectElement);
  const fit = find('preprocessing-fit', HTMLSelectElement);
  const problems = find('preprocessing-problems', HTMLElement);
  const channels = () => page.net?.input[0] ?? 0;

  const alpha = find('preprocessing-alpha', HTMLInputElement);
  const sizes = [find('preprocessing-height', HTMLInputElement), find('preprocessing-width', HTMLInputElement)];

  /** Shows the fields that only some nets need: whether the fourth channel is alpha, and sizes that their files leave open. */
  function fillOffered({ input, openSize, preprocessing }: ModelReport): void {
    for (const id of ['preprocessing-alpha-label', 'preprocessing-alpha-row'])
      find(id, HTMLElement).hidden = input[0] !== 4;
    for (const id of ['preprocessing-size-label', 'preprocessing-size']) find(id, HTMLElement).hidden = !openSize;
    alpha.checked = preprocessing.alpha ?? false;
    for (const [i, field] of sizes.entries()) field.value = String(input[1 + i]);
  }

  /** The typed size, if the file leaves it open and it differs from the current one. */
  function readSize({ input, openSize }: ModelReport): [number, number] | FieldProblem[] | undefined {
    if (!openSize) return undefined;
    const problems = sizes.flatMap((field, i) => {
      const value = Number(field.value);
      if (field.value.trim() !== '' && Number.isInteger(value) && value > 0 && value <= MOST_SIZE) return [];
      const name = i === 0 ? 'Height' : 'Width';
      const message = `${name} must be a whole number from 1 to ${MOST_SIZE}, it is '${field.value}'.`;
      return [{ field: name.toLowerCase(), message }];
    });
    if (problems.length > 0) return problems;
    const [height, width] = sizes.map(({ value }) => Number(value));
    return height === input[1] && width === input[2] ? undefined : [height, width];
  }

  /** Puts values into the fields. */
  function fill({ order: channelOrder, mean, scale, fit: shape }: PreprocessingText): void {
    const orders = channels() === 1 ? ['gray'] : ['rgb', 'bgr'];
    order.replaceChildren(...orders.map((value) => new Option(value)));
    order.value = channelOrder;
    fit.value = shape;
    fillChannels('mean', mean);
    fillChannels('scale', scale);
    showProblems([]);
    follow();
  }

  function fillChannels(field: 'mean' | 'scale', values: readonly string[] | undefined): void {
    const place = find(`preprocessing-${field}`, HTMLElement);
    if (values) place.replaceChildren(...values.map((value, c) => channelInput(field, c, value)));
    else place.replaceChildren(imageWords(), numbersButton());
  }

  function imageWords(): HTMLElement {
    const { preprocessing } = page.net ?? {};
    const shape = preprocessing && 'shape' in preprocessing.mean ? preprocessing.mean.shape : [];
    return Object.assign(document.createElement('span'), { textContent: `a mean image of ${shape.join('×')}` });
  }

  function numbersButton(): HTMLElement {
    const button = Object.assign(document.createElement('button'), { type: 'button', textContent: 'Use numbers' });
    button.addEventListener('click', () => {
      fillChannels('mean', Array(channels()).fill('0'));
      follow();
      find('preprocessing-mean', HTMLElement).querySelector('input')?.focus();
    });
    return button;
  }

  function channelInput(field: 'mean' | 'scale', channel: number, value: string): HTMLElement {
    const label = document.createElement('label');
    const input = document.createElement('input');
    input.type = 'text';
    input.inputMode = 'decimal';
    input.value = value;
    input.id = `preprocessing-${field}-${channel}`;
    input.dataset.field = `${field} ${channel}`;
    input.spellcheck = false;
    input.autocomplete = 'off';
    input.addEventListener('input', () => {
      preset.value = '';
      follow();
    });
    label.append(Object.assign(document.createElement('span'), { className: 'channel' }), input);
    return label;
  }

  /** Labels the channels in the selected order, and shows what black and white become. */
  function follow(): void {
    const names = channelNames(order.value, channels());
    for (const field of ['mean', 'scale']) {
      find(`preprocessing-${field}`, HTMLElement)
        .querySelectorAll('.channel')
        .forEach((span, c) => {
          span.textContent = names[c] ?? '';
        });
    }
    const ranges = rangesOf(read());
    find('preprocessing-range', HTMLElement).textContent = ranges ? `Pixels from 0 to 255 become ${ranges}.` : '';
  }

  function read(): PreprocessingText {
    const values = (field: string) =>
      Array.from(find(`preprocessing-${field}`, HTMLElement).querySelectorAll('input'), (input) => input.value);
    const mean = values('mean');
    return {
      order: order.value,
      mean: mean.length > 0 ? mean : undefined,
      scale: values('scale'),
      fit: fit.value,
    };
  }

  function showProblems(found: readonly FieldProblem[]): void {
    problems.hidden = found.length === 0;
    problems.replaceChildren(
      ...found.map(({ message }) => Object.assign(document.createElement('p'), { textContent: message })),
    );
    for (const input of dialog.querySelectorAll('input')) {
      const wrong = found.some(({ field }) => field === input.dataset.field);
      input.ariaInvalid = String(wrong);
      if (wrong) input.setAttribute('aria-describedby', problems.id);
      else input.removeAttribute('aria-describedby');
    }
    dialog.querySelector<HTMLElement>('input[aria-invalid="true"]')?.focus();
  }

  function open(): void {
    const { net } = page;
    if (!net) return;
    find('preprocessing-about', HTMLElement).textContent = net.preprocessing.stated
      ? `How pixels become the input of ${net.name}: (pixel − mean) × scale, in the net’s order of channels.`
      : `${net.name} does not say how pixels become its input. It is (pixel − mean) × scale, in the net’s order of channels: choose what it was trained with.`;
    preset.value = '';
    fill(textOf(net.preprocessing, channels()));
    fillOffered(net);
    if (!dialog.open) dialog.showModal();
  }

  preset.replaceChildren(new Option('—', ''), ...PRESETS.map(({ title }, i) => new Option(title, String(i))));
  preset.addEventListener('change', () => {
    const chosen = PRESETS[Number(preset.value)];
    if (preset.value !== '') fill(textOfPreset(chosen, channels(), fit.value));
  });
  order.addEventListener('change', () => {
    preset.value = '';
    follow();
  });
  find('preprocessing-form', HTMLFormElement).addEventListener('submit', (event) => {
    event.preventDefault();
    const { net } = page;
    if (!net) return;
    const result = parsePreprocessingText(read(), channels());
    const size = readSize(net);
    const found = [...('problems' in result ? result.problems : []), ...(isProblems(size) ? size : [])];
    if ('problems' in result || isProblems(size)) {
      showProblems(found);
      return;
    }
    nets.preprocess({ ...result.preprocessing, ...(channels() === 4 && { alpha: alpha.checked }) }, size);
    // The page's own setting decides how pictures are fitted.
    page.change({ fit: result.preprocessing.fit ?? page.state.fit });
    dialog.close();
  });
  find('preprocessing-reset', HTMLButtonElement).addEventListener('click', () => {
    void nets.resetPreprocessing();
    dialog.close();
  });
  find('size-button', HTMLButtonElement).addEventListener('click', () => {
    open();
    sizes[0].select();
  });
  find('preprocessing-close', HTMLButtonElement).addEventListener('click', () => dialog.close());
  return { open };
}

const isProblems = (size: [number, number] | FieldProblem[] | undefined): size is FieldProblem[] =>
  size !== undefined && typeof size[0] !== 'number';
