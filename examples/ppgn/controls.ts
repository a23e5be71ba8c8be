// The controls of what is asked for: they show it, and tell what the user changes.
import type { Model, Picture } from 'convscope';
import { find } from '../shared/dom.js';
import { canvasOf } from '../shared/worldStrip.js';
import { type Asked, DEFAULTS, MOST, MOST_CHAINS, PRIORS, RATES, STEP_KINDS } from './address.js';
import type { MaskView } from './maskView.js';
import { showSliders } from './sliders.js';

/** A picture of the user's, in the place of the world's. */
export interface Own {
  readonly name: string;
  readonly picture: Picture;
}

/** What there is beside what is asked for. */
export interface Around {
  readonly model: Model;
  /** Names of the nets that may be asked. */
  readonly offered: readonly string[];
  readonly own: Own | undefined;
  pictureAt(index: number): Picture;
  readonly mask: MaskView;
}

/** Asks for something else. */
export type Ask = (change: Partial<Asked>) => void;

/** Puts what is asked for on the controls. */
export function showAsked(asked: Asked, { model, offered, own, pictureAt, mask }: Around, ask: Ask): void {
  const { want, say, prior, chains: count, seed, start: first, hole } = asked;
  const select = find('net', HTMLSelectElement);
  select.replaceChildren(...offered.map((name) => new Option(name)));
  select.value = model.name;
  const labels = model.labels ?? [];
  const without = (name: string) => want.filter((one) => one !== name);
  chips('classes', labels, want, (name) => ask({ want: want.includes(name) ? without(name) : [...want, name] }));
  const others = want.filter((text) => !labels.includes(text));
  chips('extras', others, others, (text) => ask({ want: without(text) }));
  find('say', HTMLInputElement).value = say;
  find('prior', HTMLSelectElement).value = prior;
  find('step', HTMLSelectElement).value = asked.step;
  find('spread', HTMLInputElement).value = String(asked.spread);
  find('spread-label', HTMLElement).hidden = first !== undefined;
  find('chains', HTMLSelectElement).value = String(count);
  find('seed', HTMLInputElement).value = String(seed);
  find('from', HTMLSelectElement).value = first === undefined ? 'codes' : 'pictures';
  find('start', HTMLInputElement).value = String(first ?? '');
  find('start-label', HTMLElement).hidden = first === undefined || own !== undefined;
  const shown = first === undefined ? [] : Array.from({ length: own ? 1 : count }, (_, i) => first + i);
  find('starts', HTMLElement).replaceChildren(
    ...shown.map((index) => {
      const picture = pictureAt(index);
      return canvasOf(picture, 'caption' in picture ? `picture ${index}: ${picture.caption}` : (own?.name ?? ''));
    }),
  );
  find('with-hole', HTMLInputElement).checked = hole !== undefined;
  find('hole-pane', HTMLElement).hidden = hole === undefined;
  find('hole', HTMLInputElement).value = String(hole ?? '');
  find('hole', HTMLInputElement).disabled = own !== undefined;
  if (hole !== undefined) mask.show(pictureAt(hole), asked.mask);
  find('own', HTMLElement).hidden = own === undefined;
  find('own-name', HTMLElement).textContent = own ? `Your picture ‘${own.name}’.` : '';
  showStep(asked);
}

/** The sliders of the terms that the chains have. */
export function showStep(asked: Asked): void {
  const { prior, hole } = asked;
  showSliders(asked, [
    ...(prior === 'dgn-am' ? (['e1'] as const) : []),
    ...(hole === undefined ? (['e4'] as const) : []),
  ]);
}

/** Buttons of what may be wanted, pressed where it is. Those that stay keep the focus. */
function chips(id: string, names: readonly string[], pressed: readonly string[], press: (name: string) => void): void {
  const group = find(id, HTMLElement);
  const before = new Map([...group.querySelectorAll('button')].map((button) => [button.textContent, button]));
  const buttons = names.map((name) => {
    const button = before.get(name) ?? document.createElement('button');
    button.type = 'button';
    button.textContent = name;
    button.ariaPressed = String(pressed.includes(name));
    button.onclick = () => press(name);
    return button;
  });
  if (buttons.some((button, i) => group.children[i] !== button) || group.childElementCount !== buttons.length) {
    group.replaceChildren(...buttons);
  }
}

/** A whole number of a control, kept within what it may be. */
function wholeOf(id: string): number {
  const value = Math.round(find(id, HTMLInputElement).valueAsNumber);
  return Number.isNaN(value) ? 0 : Math.min(MOST, Math.max(0, value));
}

/** Tells what the user changes on them; `asked` says what is asked for now. */
export function listenToControls(ask: Ask, asked: () => Asked): void {
  const on = (id: string, change: () => Partial<Asked>) =>
    find(id, HTMLElement).addEventListener('change', () => ask(change()));
  find('controls', HTMLFormElement).addEventListener('submit', (event) => event.preventDefault());
  find('chains', HTMLSelectElement).replaceChildren(
    ...Array.from({ length: MOST_CHAINS }, (_, i) => new Option(String(i + 1))),
  );
  on('say', () => ({ say: find('say', HTMLInputElement).value.trim() }));
  on('prior', () => ({
    prior: PRIORS.find((one) => one === find('prior', HTMLSelectElement).value) ?? DEFAULTS.prior,
  }));
  on('step', () => {
    const step = STEP_KINDS.find((one) => one === find('step', HTMLSelectElement).value) ?? DEFAULTS.step;
    return { step, rate: RATES[step] };
  });
  on('spread', () => {
    const spread = find('spread', HTMLInputElement).valueAsNumber;
    return { spread: spread >= 0 ? spread : DEFAULTS.spread };
  });
  on('chains', () => ({ chains: Number(find('chains', HTMLSelectElement).value) }));
  on('seed', () => ({ seed: wholeOf('seed') }));
  on('from', () => ({
    start: find('from', HTMLSelectElement).value === 'pictures' ? (asked().start ?? 0) : undefined,
  }));
  on('start', () => ({ start: wholeOf('start') }));
  on('with-hole', () => ({ hole: find('with-hole', HTMLInputElement).checked ? (asked().hole ?? 0) : undefined }));
  on('hole', () => ({ hole: wholeOf('hole') }));
}
