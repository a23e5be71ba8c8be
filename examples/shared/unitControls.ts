// The controls that name a unit: a class by its name, or a layer, a channel and, where the page asks for it, a place.
import { type Model, parseUnit, targetOf, type UnitLayer, unitLayers } from 'convscope';
import { find } from './dom.js';
import { worldStrip } from './worldStrip.js';

/** The layers of a net that have units, and the one that holds the scores of classes. */
interface Units {
  readonly layers: readonly UnitLayer[];
  readonly scores: UnitLayer | undefined;
}

const surveyed = new WeakMap<Model, Units>();

function unitsOf(model: Model): Units {
  const known = surveyed.get(model);
  if (known) return known;
  const { layers } = unitLayers(model);
  const scores = layers.find(({ layer }) => targetOf(model, `${layer}:0`).kind === 'class');
  const units = { layers, scores };
  surveyed.set(model, units);
  return units;
}

/** Readable in pictures of the built-in nets. */
const SHOWN_FIRST = 'boat';

/** The unit to begin with: the class `name`, else the first one; of a net without classes a unit of its last layer. */
export function firstUnit(model: Model, name = SHOWN_FIRST): string {
  const { layers, scores } = unitsOf(model);
  if (!scores) return `${layers.at(-1)?.layer ?? ''}:0`;
  return `${scores.layer}:${Math.max(0, model.labels?.indexOf(name) ?? 0)}`;
}

/** A unit as people call it: the name of a class, or the unit's address. */
export function unitTitle(model: Model, unit: string): string {
  return className(model, unit) ?? unit;
}

/** The name of a unit's class, if it is one that has a name. */
export function className(model: Model, unit: string): string | undefined {
  const target = targetOf(model, unit);
  return (target.kind === 'class' && model.labels?.[target.class]) || undefined;
}

/** The unit of one net as another one has it: the class of the same name, else the first. */
export function sameUnit(unit: string, from: Model, to: Model): string {
  const name = className(from, unit);
  const { layers, scores } = unitsOf(to);
  const index = name === undefined ? -1 : (to.labels?.indexOf(name) ?? -1);
  if (scores && index >= 0) return `${scores.layer}:${index}`;
  const { kind, address } = targetOf(from, unit);
  const { layer, channel } = address;
  const same = layers.find((one) => one.layer === layer);
  return kind === 'unit' && same && channel < same.shape[0] ? `${layer}:${channel}` : firstUnit(to);
}

export class UnitControls {
  readonly #class = find('class', HTMLSelectElement);
  readonly #layer = find('layer', HTMLSelectElement);
  readonly #channel = find('channel', HTMLInputElement);
  /** `y` and `x`, on a page that asks for a place in the map. */
  readonly #places: readonly HTMLInputElement[];
  #model: Model | undefined;

  /** `changed` gets the unit that was chosen. */
  constructor(changed: (unit: string) => void, { places = true }: { readonly places?: boolean } = {}) {
    this.#places = places ? [find('y', HTMLInputElement), find('x', HTMLInputElement)] : [];
    this.#class.addEventListener('change', () => {
      const scores = this.#model && unitsOf(this.#model).scores;
      if (scores && this.#class.value !== '') changed(`${scores.layer}:${this.#class.value}`);
    });
    this.#layer.addEventListener('change', () => {
      for (const input of this.#places) input.value = '';
      this.#limit();
      changed(this.#unit());
    });
    for (const input of [this.#channel, ...this.#places]) {
      input.addEventListener('change', () => {
        this.#limit();
        changed(this.#unit());
      });
    }
  }

  /** Shows a unit of a net. */
  show(model: Model, unit: string): void {
    const units = unitsOf(model);
    if (model !== this.#model) {
      this.#model = model;
      const { labels } = model;
      const count = units.scores?.shape[0] ?? 0;
      const named = labels?.length === count && count > 0;
      find('class-label', HTMLElement).hidden = !named;
      this.#class.replaceChildren(
        new Option('– a unit of a layer –', ''),
        ...(named ? labels.map((name, i) => new Option(name, String(i))) : []),
      );
      this.#layer.replaceChildren(
        ...units.layers.map(({ layer, shape }) => new Option(`${layer}  [${shape.join('×')}]`, layer)),
      );
    }
    if (unit === '') return;
    const { layer, channel, at } = parseUnit(unit);
    // A link may name a layer that another one overwrites.
    if (![...this.#layer.options].some((option) => option.value === layer)) this.#layer.add(new Option(layer, layer));
    this.#layer.value = layer;
    this.#channel.value = String(channel);
    for (const [i, input] of this.#places.entries()) input.value = at ? String(at[i]) : '';
    this.#limit();
    const target = targetOf(model, unit);
    this.#class.value = target.kind === 'class' ? String(target.class) : '';
    const name = className(model, unit) ?? '';
    const strip = find('world', HTMLElement);
    if (strip.dataset.name !== name) strip.replaceChildren(...worldStrip(name));
    strip.dataset.name = name;
  }

  #unit(): string {
    const given = this.#places.map(({ value }) => value);
    const place = given.length > 0 && given.every((value) => value !== '') ? `:${given.join()}` : '';
    return `${this.#layer.value}:${this.#channel.value || 0}${place}`;
  }

  /** Keeps the numbers within the layer. */
  #limit(): void {
    const layers = this.#model ? unitsOf(this.#model).layers : [];
    const [C, H, W] = layers.find(({ layer }) => layer === this.#layer.value)?.shape ?? [2 ** 31, 1, 1];
    this.#channel.max = String(C - 1);
    if (!(this.#channel.valueAsNumber <= C - 1)) this.#channel.value = '0';
    for (const [i, input] of this.#places.entries()) {
      const size = [H, W][i];
      input.max = String(size - 1);
      input.placeholder = String(Math.floor(size / 2));
      if (input.valueAsNumber > size - 1) input.value = '';
    }
    for (const label of document.querySelectorAll<HTMLElement>('.map')) label.hidden = H * W === 1;
  }
}
