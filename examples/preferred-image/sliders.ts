// Sliders for the numbers of a recipe that may change while a run goes on, made from what the library's parts say of their fields.
import {
  type Field,
  type LearningRate,
  type NumberField,
  RATE_FIELDS,
  RECIPE_FIELDS,
  type Recipe,
  regularizers,
} from 'convscope';

type Change = Partial<Recipe>;
type Slided = NumberField & Required<Pick<NumberField, 'slider'>>;
type RecipeNumber = Exclude<keyof typeof RECIPE_FIELDS, 'start'>;

/** A number of the recipe and its place there. */
interface Slider {
  readonly id: string;
  /** Another policy of the learning rate has another field. */
  field(recipe: Recipe): Slided;
  get(recipe: Recipe): number;
  change(value: number, recipe: Recipe): Change;
}

const isSlided = (field: Field): field is Slided => field.type === 'number' && field.live === true && 'slider' in field;

/** Position 0 of a slider in powers of ten is the smallest one, or 0 where the number may be 0. */
const valueAt = ({ slider, min, max }: Slided, position: number): number => {
  if (!slider.log) return position;
  return min === 0 && position <= 0 ? 0 : Math.min(10 ** (slider.min + position), max ?? Number.POSITIVE_INFINITY);
};
const positionOf = ({ slider }: Slided, value: number): number => {
  if (!slider.log) return value;
  return value <= 0 ? 0 : Math.log10(value) - slider.min;
};
const rangeOf = ({ slider: { log, min, max, step } }: Slided) =>
  log ? { min: 0, max: max - min, step } : { min, max, step };

/** A number as people read it: `off`, `0.0001`, `1.5 px`, `1 step`. */
function shown({ unit = '' }: Slided, value: number): string {
  if (value === 0) return 'off';
  return `${Number(value.toPrecision(3))} ${value === 1 ? unit.replace(/s$/, '') : unit}`.trim();
}

/**
 * Numbers of the same regularizer that are 0, at their defaults: a blur has a radius and a period, and is off while one of them is 0.
 */
function together(name: RecipeNumber, recipe: Recipe): Change {
  const fieldsOf = Object.values(regularizers).map(({ fields }): readonly Field[] => Object.values(fields));
  const own = fieldsOf.find((fields) => fields.includes(RECIPE_FIELDS[name])) ?? [];
  const others = numberNames.filter(
    (other) => other !== name && own.includes(RECIPE_FIELDS[other]) && recipe[other] === 0,
  );
  return Object.fromEntries(others.map((other) => [other, RECIPE_FIELDS[other].default]));
}

const numberNames = (Object.keys(RECIPE_FIELDS) as (keyof typeof RECIPE_FIELDS)[]).filter((name) => name !== 'start');

const regularization = numberNames.flatMap((name): Slider[] => {
  const field: Field = RECIPE_FIELDS[name];
  if (!isSlided(field)) return [];
  return [
    {
      id: name,
      field: () => field,
      get: (recipe) => recipe[name],
      change: (value, recipe) => ({ ...(value > 0 && together(name, recipe)), [name]: value }),
    },
  ];
});

/** What a policy leaves open, and its field. */
function openRate({ policy }: LearningRate): readonly [name: string, field: Slided] {
  const fields = Object.entries<Field>(RATE_FIELDS[policy]);
  for (const [name, field] of fields) if (isSlided(field)) return [name, field];
  throw new Error(`the policy ${policy} has no number with a slider`);
}

const rate: Slider = {
  id: 'rate',
  field: ({ learningRate }) => openRate(learningRate)[1],
  get: ({ learningRate }) =>
    Number(new Map<string, unknown>(Object.entries(learningRate)).get(openRate(learningRate)[0])),
  change: (value, { learningRate }) => ({ learningRate: { ...learningRate, [openRate(learningRate)[0]]: value } }),
};

/** Builds the sliders in `parent`; `onChange` gets what changed. The result shows a recipe on them. */
export function createSliders(
  parent: HTMLElement,
  current: () => Recipe,
  onChange: (change: Change) => void,
): (recipe: Recipe) => void {
  const rows = [...regularization, rate].map((slider) => {
    const row = parent.appendChild(document.createElement('label'));
    row.className = 'slider';
    // Without it the label would be the output's, which comes first.
    row.htmlFor = slider.id;
    const text = row.appendChild(document.createElement('span'));
    const output = row.appendChild(document.createElement('output'));
    const input = row.appendChild(document.createElement('input'));
    Object.assign(input, { type: 'range', id: slider.id });
    const show = (recipe: Recipe, moved = true) => {
      const field = slider.field(recipe);
      const value = slider.get(recipe);
      Object.assign(input, rangeOf(field));
      text.textContent = field.label ?? field.text;
      row.title = field.text;
      if (moved) input.valueAsNumber = positionOf(field, value);
      output.value = shown(field, value);
    };
    input.addEventListener('input', () => {
      onChange(slider.change(valueAt(slider.field(current()), input.valueAsNumber), current()));
      // One number may have turned on another; the slider that is dragged stays where it is.
      for (const other of rows) other.show(current(), other.id !== slider.id);
    });
    return { id: slider.id, show };
  });
  return (recipe) => {
    for (const { show } of rows) show(recipe);
  };
}
