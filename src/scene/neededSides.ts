// Which of a net's further inputs a question needs.
import type { Model, ModelInput } from '../graph/model.js';
import { openNet } from './openNet.js';

/** The side inputs that the activations of `names` depend on. @throws UnknownNameError, ShapeError */
export function neededSides(model: Model, names: readonly string[]): readonly ModelInput[] {
  const { sides = [] } = model;
  if (sides.length === 0) return sides;
  const { tape, inputs, at } = openNet(model, { batch: model.input.shape[0], open: true });
  const needed = new Set(names.map((name) => at.final(name).id));
  for (const node of [...tape.nodes].reverse()) {
    if (needed.has(node.output.id)) for (const { id } of Object.values(node.inputs)) needed.add(id);
  }
  return sides.filter(({ name }) => needed.has(inputs[name].id));
}
