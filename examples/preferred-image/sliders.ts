// The parts of a study, each with a slider for every number that may change while a run goes on, made from what the parts say of their
// fields.
import {
  type AnyPart,
  type ChoiceField,
  type Field,
  type NumberField,
  type PartSpec,
  parts,
  type Study,
} from 'convscope';
import { addChoice, addSlider, element, words } from '../shared/fieldControls.js';

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

const isLive = (field: Field): field is NumberField | ChoiceField =>
  field.live === true && (field.type === 'number' || field.type === 'choice');

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
        if (field.type === 'number') addSlider(group, { id: idOf(one, name), name, field }, one.spec[name], change);
        else addChoice(group, { id: idOf(one, name), name, field }, one.spec[name], change);
      }
    }
  }
}

const idOf = ({ place, index }: Used, name: string) => `${place}-${index}-${name}`;
