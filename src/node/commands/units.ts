// Parses units as people write them: by number, or by class name.
import { OptionError, UnknownNameError } from '../../core/errors.js';
import type { Model } from '../../graph/model.js';
import { outputLayer } from '../../scene/outputs.js';
import { formatUnit, parseUnit, type UnitAddress } from '../../scene/unit.js';
import { unitLayers } from '../../scene/unitLayers.js';

/** The help text of the option. */
export const UNIT =
  'layer:channel[:y,x], by default at the centre of the map; or a class name if labels are known: fc8:fish or fish';

/** Layers that turn scores into probabilities. The unit of a class is in the layer before. */
const AFTER_SCORES = ['softmax', 'logSoftmax', 'sigmoid'];

/**
 * Parses `layer:channel[:y,x]`, `layer:class[:y,x]` or `class`. Class names require that the net has labels.
 *
 * @throws OptionError, UnknownNameError
 */
export function unitOf(model: Model, text: string): UnitAddress {
  const byNumber = tried(text);
  const { labels } = model;
  const isLayer = (name: string) => model.layers.some((l) => l.name === name || l.output === name);
  // A layer without a channel is not a unit, even if a class has the same name.
  if (!labels || isLayer(text)) return parseUnit(text);
  if (byNumber && isLayer(byNumber.layer)) return byNumber;
  const [, named, place] = /^(.+?)(:\d+,\d+)?$/s.exec(text) ?? ['', text, undefined];
  // Layer and class names may contain colons. The longest existing layer name wins.
  const colons = [...named.matchAll(/:/g)].map(({ index }) => index).reverse();
  const at = colons.find((index) => isLayer(named.slice(0, index)));
  const [layer, label] = at === undefined ? [scoresOf(model), named] : [named.slice(0, at), named.slice(at + 1)];
  const channel = classOf(model, label, text);
  const { layers: found } = unitLayers(model, { layers: [layer] });
  if (found[0]?.shape[0] !== labels.length) {
    const has = found[0] ? `has ${found[0].shape[0]} channels` : 'has no channels';
    throw new OptionError('--unit', `'${text}': the labels name ${labels.length} classes, layer '${layer}' ${has}`);
  }
  const unit = parseUnit(`${layer}:${channel}${place ?? ''}`);
  console.error(`convscope: '${text}' is the unit ${formatUnit(unit)}, ${labels[channel]}.`);
  return unit;
}

function tried(text: string): UnitAddress | undefined {
  try {
    return parseUnit(text);
  } catch (error) {
    if (error instanceof OptionError) return undefined;
    throw error;
  }
}

/** The layer with the scores of the classes: the output, or the layer before a final softmax. */
function scoresOf(model: Model): string {
  const name = outputLayer(model);
  const last = model.layers.find((l) => l.name === name);
  if (!last || !(AFTER_SCORES.includes(last.type) || isSigmoid(last.attrs, last.type))) return name;
  const before = model.layers.filter((l) => l !== last && l.output === last.inputs[0]).pop();
  return before?.name ?? name;
}

const isSigmoid = (attrs: Readonly<Record<string, unknown>>, type: string): boolean =>
  type === 'pointwise' && attrs.f === 'sigmoid';

/** The class that `label` names: the whole name, or one of its parts between commas. */
function classOf(model: Model, label: string, text: string): number {
  const labels = model.labels ?? [];
  const wanted = label.trim().toLowerCase();
  const whole = labels.flatMap((name, i) => (name.toLowerCase() === wanted ? [i] : []));
  const words = labels.flatMap((name, i) => (name.toLowerCase().split(/,\s*/).includes(wanted) ? [i] : []));
  const found = whole.length > 0 ? whole : words;
  if (found.length === 1) return found[0];
  if (found.length > 1) {
    const list = found.map((i) => `${i} (${labels[i]})`).join(', ');
    throw new OptionError('--unit', `'${text}': several classes are called '${label}': ${list}; give the number`);
  }
  // Perhaps a unit by number was meant, in a layer that does not exist.
  if (tried(text) || !/[a-z]/i.test(wanted)) return unknownLayer(model, text);
  throw new UnknownNameError('class', label, labels);
}

function unknownLayer(model: Model, text: string): never {
  const { layer } = parseUnit(text);
  throw new UnknownNameError(
    'layer',
    layer,
    model.layers.map(({ name }) => name),
  );
}
