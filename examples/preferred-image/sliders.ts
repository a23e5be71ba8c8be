// The parts of a study, each with a slider for every number that may change while a run goes on, made from what the parts say of their
// fields.
import {
  type AnyPart,
  type ChoiceField,
  type Field,
  type NumberField,
  type PartSpec,
  parts,
  purposeOf,
  type Study,
} from 'convscope';

/** The lists of a study's parts, in the order in which a step uses them. */
const PLACES = {
  objective: { kind: 'objective', title: 'What is raised' },
  params: { kind: 'parameterization', title: 'What the image is made of' },
  transforms: { kind: 'transform', title: 'Views of the image' },
  backward: { kind: 'attribution rule', title: 'On the way back' },
  optim: { kind: 'update rule', title: 'From the gradient to the step' },
  regularize: { kind: 'regularizer', title: 'What holds the image' },
} as const;
type Place = keyof typeof PLACES;
type ListPlace = Exclude<Place, 'objective' | 'params'>;

/** One part of a study: its place, its number there, and its declaration. */
interface Used {
  readonly place: Place;
  readonly index: number;
  readonly spec: PartSpec;
  readonly part: AnyPart;
}

/** How a slider shows a number. */
interface Scale {
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly log: boolean;
}

/** All parts of a study whose parts are specs. */
function partsOf(study: Study): readonly Used[] {
  return Object.keys(PLACES).flatMap((key): Used[] => {
    const place = key as Place;
    const given = study[place] ?? [];
    const specs = (Array.isArray(given) ? given : [given]) as readonly PartSpec[];
    return specs.map((spec, index) => ({ place, index, spec, part: parts.get(PLACES[place].kind, spec.name) }));
  });
}

/** A study with another value of one field. */
function changed(study: Study, { place, index }: Used, field: string, value: number | string): Partial<Study> {
  const list = (study[place as ListPlace] ?? []) as readonly PartSpec[];
  return { [place]: list.map((spec, i) => (i === index ? { ...spec, [field]: value } : spec)) };
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

const isLive = (field: Field): field is NumberField | ChoiceField =>
  field.live === true && (field.type === 'number' || field.type === 'choice');

/** camelCase as words. */
const words = (name: string): string => name.replace(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase();

/** Options that stay as they are and are not the part's defaults, in words: `start coarse · statistics world`. */
function fixedOf({ part, spec }: Used): string {
  return Object.entries(part.fields)
    .filter(([name, field]) => !isLive(field) && spec[name] !== undefined && !isDefault(field, spec[name]))
    .map(([name]) => `${words(name)} ${optionText(spec[name])}`)
    .join(' · ');
}

const isDefault = (field: Field, value: unknown): boolean =>
  'default' in field && JSON.stringify(field.default) === JSON.stringify(value);

/** An option in words: parts among the options by their names. */
function optionText(value: unknown): string {
  if (Array.isArray(value)) return value.map(optionText).join(', ');
  if (typeof value !== 'object' || value === null) return String(value);
  const { name, ...rest } = value as PartSpec;
  const inside = Object.entries(rest).map(([field, own]) =>
    field === 'of' ? optionText(own) : `${field} ${optionText(own)}`,
  );
  return `${words(name)} (${inside.join(', ')})`;
}

const element = <K extends keyof HTMLElementTagNameMap>(
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

/** Shows a study's parts in `parent`. `onChange` gets the list that a slider changes. */
export function showParts(
  parent: HTMLElement,
  study: Study,
  current: () => Study,
  onChange: (change: Partial<Study>) => void,
): void {
  parent.replaceChildren();
  const used = partsOf(study);
  for (const [key, { title }] of Object.entries(PLACES)) {
    const here = used.filter(({ place }) => place === key);
    if (here.length === 0) continue;
    element(parent, 'h3', title);
    for (const one of here) {
      const group = element(parent, 'div', '', 'part');
      group.role = 'group';
      group.ariaLabel = one.part.name;
      const head = element(group, 'p');
      head.title = [one.part.text, one.part.source && `After ${one.part.source}.`].filter(Boolean).join(' ');
      element(head, 'b', words(one.part.name));
      const fixed = fixedOf(one);
      if (fixed) element(head, 'span', ` ${fixed}`, 'quiet');
      for (const [name, field] of Object.entries(one.part.fields)) {
        if (!isLive(field)) continue;
        const change = (value: number | string) => onChange(changed(current(), one, name, value));
        if (field.type === 'number') addSlider(group, one, name, field, change);
        else addChoice(group, one, name, field, change);
      }
    }
  }
}

const idOf = ({ place, index }: Used, name: string) => `${place}-${index}-${name}`;

function addSlider(
  parent: HTMLElement,
  used: Used,
  name: string,
  field: NumberField,
  onChange: (value: number) => void,
): void {
  const value = Number(used.spec[name] ?? field.default ?? 0);
  const scale = scaleOf(field, value);
  const row = element(parent, 'label', '', 'slider');
  // Without it the label would be the output's, which comes first.
  row.htmlFor = idOf(used, name);
  row.title = purposeOf(field);
  element(row, 'span', field.label ?? words(name));
  const output = element(row, 'output');
  const input = element(row, 'input');
  Object.assign(input, { type: 'range', id: idOf(used, name), min: scale.min, max: scale.max, step: scale.step });
  input.valueAsNumber = positionOf(scale, value);
  output.value = shown(field, value);
  input.addEventListener('input', () => {
    const next = valueAt(field, scale, input.valueAsNumber);
    output.value = shown(field, next);
    onChange(next);
  });
}

function addChoice(
  parent: HTMLElement,
  used: Used,
  name: string,
  field: ChoiceField,
  onChange: (value: string) => void,
): void {
  const row = element(parent, 'label', field.label ?? words(name), 'choice');
  row.title = purposeOf(field);
  const select = element(row, 'select');
  select.id = idOf(used, name);
  select.replaceChildren(...field.of.map((choice) => new Option(choice, choice)));
  select.value = String(used.spec[name]);
  select.addEventListener('change', () => onChange(select.value));
}
