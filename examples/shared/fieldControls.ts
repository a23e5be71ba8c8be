// Controls for what a part can be told, made from what it says of its fields.
import type { ChoiceField, Field, NumberField, NumbersField, TextField } from 'convscope';

/** A field with its name, and the id of its control. */
interface Shown<F extends Field> {
  readonly id: string;
  readonly name: string;
  readonly field: F;
}

/** As `purposeOf`, without the library. */
const purposeOf = ({ text, source }: Field): string => (source ? `${text} (${source})` : text);

/** How a slider shows a number. */
interface Scale {
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly log: boolean;
}

/** The slider of a field: the declared one, or its range; wide enough for the value that it has. */
function scaleOf({ slider, min, above, max, below, whole }: NumberField, value: number): Scale {
  if (slider?.log) {
    const at = value > 0 ? Math.log10(value) : slider.min;
    return {
      min: Math.min(slider.min, Math.floor(at)),
      max: Math.max(slider.max, Math.ceil(at)),
      step: slider.step,
      log: true,
    };
  }
  const low = Math.min(slider?.min ?? min ?? above ?? 0, value);
  const high = Math.max(slider?.max ?? max ?? below ?? (value > 0 ? 4 * value : 1), value);
  return { min: low, max: high, step: slider?.step ?? (whole ? 1 : (high - low) / 200), log: false };
}

/** The value at a position. The lowest one of a slider in powers of ten is 0, where the number may be 0. */
function valueAt({ min, max }: NumberField, scale: Scale, position: number): number {
  if (!scale.log) return position;
  return min === 0 && position <= scale.min ? 0 : Math.min(10 ** position, max ?? Number.POSITIVE_INFINITY);
}

const positionOf = (scale: Scale, value: number): number => {
  if (!scale.log) return value;
  return value <= 0 ? scale.min : Math.log10(value);
};

/** A number as people read it: `0.0001`, `1.5 px`, `1 step`. */
function shown({ unit = '' }: NumberField, value: number): string {
  return `${Number(value.toPrecision(3))} ${value === 1 ? unit.replace(/s$/, '') : unit}`.trim();
}

/** camelCase as words. */
export const words = (name: string): string => name.replace(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase();

export const element = <K extends keyof HTMLElementTagNameMap>(
  parent: HTMLElement,
  tag: K,
  text = '',
  className = '',
): HTMLElementTagNameMap[K] => {
  const made = parent.appendChild(document.createElement(tag));
  made.textContent = text;
  if (className) made.className = className;
  return made;
};

/** A slider and the number that it stands at. */
export function addSlider(
  parent: HTMLElement,
  { id, name, field }: Shown<NumberField>,
  given: unknown,
  onChange: (value: number) => void,
): void {
  const value = Number(given ?? field.default ?? 0);
  const scale = scaleOf(field, value);
  const row = element(parent, 'label', '', 'slider');
  // Without it the label would be the output's, which comes first.
  row.htmlFor = id;
  row.title = purposeOf(field);
  element(row, 'span', field.label ?? words(name));
  const output = element(row, 'output');
  const input = element(row, 'input');
  Object.assign(input, { type: 'range', id, min: scale.min, max: scale.max, step: scale.step });
  input.valueAsNumber = positionOf(scale, value);
  output.value = shown(field, value);
  input.addEventListener('input', () => {
    const next = valueAt(field, scale, input.valueAsNumber);
    output.value = shown(field, next);
    onChange(next);
  });
}

/** A list of the words that a field takes. */
export function addChoice(
  parent: HTMLElement,
  { id, name, field }: Shown<ChoiceField>,
  given: unknown,
  onChange: (value: string) => void,
): void {
  const row = element(parent, 'label', field.label ?? words(name), 'choice');
  row.title = purposeOf(field);
  const select = element(row, 'select');
  select.id = id;
  select.replaceChildren(...field.of.map((choice) => new Option(choice, choice)));
  select.value = String(given ?? field.default ?? '');
  select.addEventListener('change', () => onChange(select.value));
}

/** Numbers of a wider range than this are typed. */
const MOST_STEPS = 1000;

/** Any field that can be shown: numbers of a known range as a slider, others typed. What is left empty takes the part's default. */
export function addField(
  parent: HTMLElement,
  shownField: Shown<Field>,
  given: unknown,
  onChange: (value: number | string | readonly number[] | undefined) => void,
  /** Words that a text may be, such as the names of layers. */
  among: readonly string[] = [],
): void {
  const { field, id, name } = shownField;
  if (field.type === 'choice') addChoice(parent, { id, name, field }, given, onChange);
  else if (field.type === 'number' && hasRange(field)) addSlider(parent, { id, name, field }, given, onChange);
  else if (field.type !== 'parts') addTyped(parent, { id, name, field }, given, onChange, among);
}

const hasRange = ({ optional, slider, max, below, min, above }: NumberField): boolean =>
  !optional && (slider !== undefined || (max ?? below ?? MOST_STEPS + 1) - (min ?? above ?? 0) <= MOST_STEPS);

function addTyped(
  parent: HTMLElement,
  { id, name, field }: Shown<NumberField | TextField | NumbersField>,
  given: unknown,
  onChange: (value: number | string | readonly number[] | undefined) => void,
  among: readonly string[],
): void {
  const row = element(parent, 'label', field.label ?? words(name), 'choice');
  row.title = purposeOf(field);
  const input = element(row, 'input');
  const isNumber = field.type === 'number';
  Object.assign(input, {
    id,
    type: isNumber ? 'number' : 'text',
    autocomplete: 'off',
    placeholder: String(field.default ?? 'by itself'),
  });
  if (isNumber) Object.assign(input, { min: field.min ?? '', max: field.max ?? '', step: field.whole ? 1 : 'any' });
  if (field.type === 'text' && among.length > 0) {
    const list = element(row, 'datalist');
    list.id = `${id}-among`;
    list.replaceChildren(...among.map((word) => new Option(word, word)));
    input.setAttribute('list', list.id);
  }
  input.value = given === undefined ? '' : String(given);
  input.addEventListener('change', () => {
    const text = input.value.trim();
    if (text === '') onChange(undefined);
    else if (isNumber) onChange(Number(text));
    else onChange(field.type === 'numbers' ? text.split(',').map(Number) : text);
  });
}
