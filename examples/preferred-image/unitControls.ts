// The controls that name a unit: a class by its name, or a layer, a channel and a place.
import { type Model, parseUnit, targetOf, type UnitLayer, unitLayers } from 'convscope';
import { find } from '../shared/dom.js';
import { worldStrip } from '../shared/worldStrip.js';

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

/** The unit to begin with: a class that a person can read, or the first one. */
export function firstUnit(model: Model): string {
  const { layers, scores } = unitsOf(model);
  if (!scores) return `${layers.at(-1)?.layer ?? ''}:0`;
  return `${scores.layer}:${Math.max(0, model.labels?.indexOf(SHOWN_FIRST) ?? 0)}`;
}

/** The unit of one net as another one has it: the class of the same name, else the first. */
export function sameUnit(unit: string, from: Model, to: Model): string {
  const target = targetOf(from, unit);
  const name = target.kind === 'class' ? from.labels?.[target.class] : undefined;
  const { layers, scores } = unitsOf(to);
  const index = name === undefined ? -1 : (to.labels?.indexOf(name) ?? -1);
  if (scores && index >= 0) return `${scores.layer}:${index}`;
  const { layer, channel } = target.address;
  const same = layers.find((one) => one.layer === layer);
  return target.kind === 'unit' && same && channel < same.shape[0] ? `${layer}:${channel}` : firstUnit(to);
}

export class UnitControls {
  readonly #class = find('class', HTMLSelectElement);
  readonly #layer = find('layer', HTMLSelectElement);
  readonly #channel = find('channel', HTMLInputElement);
  readonly #y = find('y', HTMLInputElement);
  readonly #x = find('x', HTMLInputElement);
  #model: Model | undefined;

  /** `changed` gets the unit that was chosen. */
  constructor(changed: (unit: string) => void) {
    this.#class.addEventListener('change', () => {
      const scores = this.#model && unitsOf(this.#model).scores;
      if (scores && this.#class.value !== '') changed(`${scores.layer}:${this.#class.value}`);
    });
    this.#layer.addEventListener('change', () => {
      this.#y.value = '';
      this.#x.value = '';
      this.#limit();
      changed(this.#unit());
    });
    for (const input of [this.#channel, this.#y, this.#x]) {
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
    [this.#y.value, this.#x.value] = at ? at.map(String) : ['', ''];
    this.#limit();
    const target = targetOf(model, unit);
    const isClass = target.kind === 'class';
    this.#class.value = isClass ? String(target.class) : '';
    const name = (isClass && model.labels?.[target.class]) || '';
    const strip = find('world', HTMLElement);
    if (strip.dataset.name !== name) strip.replaceChildren(...worldStrip(name));
    strip.dataset.name = name;
  }

  #unit(): string {
    const place = this.#y.value !== '' && this.#x.value !== '' ? `:${this.#y.value},${this.#x.value}` : '';
    return `${this.#layer.value}:${this.#channel.value || 0}${place}`;
  }

  /** Keeps the numbers within the layer. */
  #limit(): void {
    const layers = this.#model ? unitsOf(this.#model).layers : [];
    const [C, H, W] = layers.find(({ layer }) => layer === this.#layer.value)?.shape ?? [2 ** 31, 1, 1];
    this.#channel.max = String(C - 1);
    if (!(this.#channel.valueAsNumber <= C - 1)) this.#channel.value = '0';
    for (const [input, size] of [
      [this.#y, H],
      [this.#x, W],
    ] as const) {
      input.max = String(size - 1);
      input.placeholder = String(Math.floor(size / 2));
      if (input.valueAsNumber > size - 1) input.value = '';
    }
    for (const label of document.querySelectorAll<HTMLElement>('.map')) label.hidden = H * W === 1;
  }
}
