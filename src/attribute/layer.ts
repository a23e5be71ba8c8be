// The layer at which a method looks: the maps that it weighs.
import { OptionError, ShapeError } from '../core/errors.js';
import { formatShape, sizeBetween } from '../core/shape.js';
import type { Node, Tape, Value } from '../graph/tape.js';
import type { Scene } from '../scene/openNet.js';

/** A layer's maps on a tape, `[N, K, h, w]`. */
export interface Maps {
  readonly name: string;
  readonly maps: Value;
}

/**
 * The maps of `layer`, as they are after in-place layers, or else those that stand for the whole picture: the last ones of more than one
 * place, not yet pooled, that all ways from the picture to the target lead through.
 *
 * @throws OptionError for a layer that is no map, or that the target does not depend on
 */
export function mapsFor(scene: Scene, target: Value, layer?: string): Maps {
  const { tape, image, at, model } = scene;
  if (layer !== undefined) {
    const maps = at.final(layer);
    if (maps.shape.length !== 4)
      throw new OptionError(
        'layer',
        `'${layer}' ${formatShape(maps.shape)} must hold maps [N,K,h,w]; name another layer`,
      );
    if (reaches(tape, maps, target)) return { name: layer, maps };
    throw new OptionError(
      'layer',
      `the target does not depend on all of '${layer}'; name a layer before it, or a unit in place of an objective`,
    );
  }
  const made = new Map(tape.nodes.map((node) => [node.output.id, node]));
  for (const { name } of [...model.layers].reverse()) {
    const maps = traced(tape, () => at(name));
    const [, , h, w] = maps?.shape ?? [];
    if (maps?.shape.length !== 4 || h * w === 1) continue;
    const node = made.get(maps.id);
    if (!node || isPooled(node, made) || !reaches(tape, maps, target)) continue;
    if (!reaches(tape, image, target, maps)) return { name, maps };
  }
  throw new OptionError(
    'layer',
    `no layer of '${model.name}' holds maps that all ways to the target lead through; name one with layer`,
  );
}

/** Whether a map has fewer places than what it is made of, without weights; also if dropout and its like follow. */
function isPooled({ op, inputs, output }: Node, made: ReadonlyMap<number, Node>): boolean {
  if (!op.passesZeros && op.view === undefined) return false;
  const maps = Object.values(inputs).filter(({ shape }) => shape.length === 4);
  return maps.every((x) => {
    const node = made.get(x.id);
    return sizeBetween(x.shape, 2) > sizeBetween(output.shape, 2) || (node !== undefined && isPooled(node, made));
  });
}

/** A layer that is on the tape already; undefined for one that would have to be put there, hence is on no way to the target. */
export function traced(tape: Tape, at: () => Value): Value | undefined {
  const before = tape.nodes.length;
  try {
    const value = at();
    return tape.nodes.length === before ? value : undefined;
  } catch (error) {
    // Behind the target there may be what needs an input that was not given.
    if (error instanceof OptionError || error instanceof ShapeError) return undefined;
    throw error;
  }
}

/** Whether a way leads from a value to another one, around `without`. */
function reaches(tape: Tape, from: Value, to: Value, without?: Value): boolean {
  const reached = new Set([from.id]);
  for (const { inputs, output } of tape.nodes) {
    if (output.id !== without?.id && Object.values(inputs).some(({ id }) => reached.has(id))) reached.add(output.id);
  }
  return reached.has(to.id);
}

/** The nodes on a way from a value to another one, in order. */
export function between(tape: Tape, from: Value, to: Value): Node[] {
  const active = new Set([from.id]);
  const forward = tape.nodes.filter(({ inputs, output }) => {
    const on = output.id !== from.id && Object.values(inputs).some(({ id }) => active.has(id));
    if (on) active.add(output.id);
    return on;
  });
  const needed = new Set([to.id]);
  return forward
    .reverse()
    .filter(({ inputs, output }) => {
      const on = needed.has(output.id);
      if (on) for (const { id } of Object.values(inputs)) needed.add(id);
      return on;
    })
    .reverse();
}
