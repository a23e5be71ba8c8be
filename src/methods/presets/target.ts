// What a preferred image is for: a class, a channel or one neuron, and the objectives that presets raise for it.
import { OptionError } from '../../core/errors.js';
import type { Model } from '../../graph/model.js';
import { channel } from '../../objectives/channel.js';
import { classLayers } from '../../objectives/classes.js';
import { logit } from '../../objectives/logit.js';
import { logProbability } from '../../objectives/logProbability.js';
import { neuron } from '../../objectives/neuron.js';
import { patch } from '../../objectives/patch.js';
import { probability } from '../../objectives/probability.js';
import { scale } from '../../objectives/scale.js';
import { sum } from '../../objectives/sum.js';
import type { Made, PartSpec } from '../../parts/part.js';
import { formatUnit, parseUnit, type UnitAddress } from '../../scene/unit.js';

/** What is wanted: a class of the net's output, or a unit of a layer, at one place or wherever it is. */
export type Target =
  | { readonly kind: 'class'; readonly class: number; readonly address: UnitAddress }
  | { readonly kind: 'unit'; readonly address: UnitAddress };

/** The target that `layer:channel[:y,x]` names: a class where the layer holds the scores of classes or what is made of them. */
export function targetOf(model: Model, unit: string): Target {
  const address = parseUnit(unit);
  const isClass = !model.partial && !address.at && classLayers(model).has(address.layer);
  return isClass ? { kind: 'class', class: address.channel, address } : { kind: 'unit', address };
}

/**
 * log p of a class, and a little of its score, so that there is a gradient where the class is certain; the mean over the places at the
 * centre of a unit's map. `score` weighs the score.
 */
export function atCentre(target: Target, score: number): Made<'objective'> {
  const { layer, channel: index, at } = target.address;
  if (target.kind === 'unit') return patch.make({ layer, channel: index, ...(at && { at }) });
  const { class: wanted } = target;
  if (score === 0) return logProbability.make({ class: wanted });
  return sum.make({
    of: [logProbability.make({ class: wanted }), scale.make({ by: score, of: [logit.make({ class: wanted })] })],
  });
}

/** The score of a class, or one neuron: at the centre of its map unless the unit says where. */
export function asNeuron(target: Target): Made<'objective'> {
  return target.kind === 'class'
    ? logit.make({ class: target.class })
    : neuron.make({ unit: formatUnit(target.address) });
}

/** The probability of a class, or one neuron. */
export function asProbability(target: Target): Made<'objective'> {
  return target.kind === 'class' ? probability.make({ class: target.class }) : asNeuron(target);
}

/** The score of a class, or a channel over its whole map, unless the unit says where. */
export function asChannel(target: Target): Made<'objective'> {
  const { layer, channel: index, at } = target.address;
  if (target.kind === 'class' || at) return asNeuron(target);
  return channel.make({ layer, channel: index });
}

type About = (target: Target, unit: string) => Readonly<Record<string, unknown>> | undefined;

const ofClass: About = (target) => (target.kind === 'class' ? { class: target.class } : undefined);

/** Parts that are about one unit, and what of theirs names it. */
const ABOUT_UNITS: ReadonlyMap<string, About> = new Map<string, About>([
  [neuron.name, (_, unit) => ({ unit })],
  [channel.name, ({ address: { layer, channel: index, at } }) => (at ? undefined : { layer, channel: index })],
  [patch.name, ({ address: { layer, channel: index, at } }) => ({ layer, channel: index, at })],
  [logit.name, ofClass],
  [logProbability.name, ofClass],
  [probability.name, ofClass],
]);
/** Parts about what is in them. */
const HOLDERS = new Set(['each', 'forImage', 'mean', 'scale', 'sum']);

/**
 * An objective about one unit, for another one: the same parts with the same numbers. One that is about no unit becomes the neuron.
 *
 * @throws OptionError for a part that cannot be about the unit, as a probability about a unit that is no class
 */
export function objectiveFor(model: Model, objective: PartSpec, unit: string): PartSpec {
  const target = targetOf(model, unit);
  const others: string[] = [];
  let found = false;
  const replaced = ({ name, ...options }: PartSpec): PartSpec => {
    const about = ABOUT_UNITS.get(name);
    const { of } = options;
    if (about) {
      found = true;
      const named = about(target, unit);
      if (named) return { name, ...options, ...named };
      others.push(name);
    } else if (HOLDERS.has(name) && Array.isArray(of)) return { name, ...options, of: of.map(replaced) };
    else others.push(name);
    return { name, ...options };
  };
  const next = replaced(objective);
  if (!found) return neuron.make({ unit }).spec;
  if (others.length === 0) return next;
  throw new OptionError(
    'unit',
    `the study raises '${others.join("', '")}', which cannot be about ${unit}; say with an objective what is raised`,
  );
}
