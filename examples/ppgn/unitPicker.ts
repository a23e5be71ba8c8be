// The choice of a hidden unit: a layer of the net, and a channel that it has.
import { type Model, unitLayers } from 'convscope';
import { find } from '../shared/dom.js';

const layerSelect = () => find('layer', HTMLSelectElement);

/** Offers the layers of a net. */
export function showLayers(model: Model): void {
  const { layers } = unitLayers(model);
  const select = layerSelect();
  select.replaceChildren(...layers.map(({ layer, shape }) => new Option(`${layer}  [${shape.join('×')}]`, layer)));
  select.value = layers.find(({ layer }) => layer === 'conv5')?.layer ?? layers[0]?.layer ?? '';
  limitChannel(model);
}

/** Keeps the channel among those of the layer. */
export function limitChannel(model: Model): void {
  const { shape } = unitLayers(model).layers.find(({ layer }) => layer === layerSelect().value) ?? {};
  const channel = find('channel', HTMLInputElement);
  channel.max = String((shape?.[0] ?? 1) - 1);
  if (!(channel.valueAsNumber >= 0 && channel.valueAsNumber <= Number(channel.max))) channel.value = '0';
}

/** `layer:channel` */
export function pickedUnit(model: Model): string {
  limitChannel(model);
  return `${layerSelect().value}:${find('channel', HTMLInputElement).value}`;
}
