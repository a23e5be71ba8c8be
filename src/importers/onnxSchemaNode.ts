// Checks that a node of an ONNX graph is valid: the single place that validates attributes and shapes.
import { formatShape, type Shape } from '../core/shape.js';
import { type Known, listed } from './onnxFold.js';
import { checkSchema, isStandard, type Kind, kindOfElement, kindsMade, type SchemaNode } from './onnxSchema.js';
import type { Facts } from './onnxSchemaFacts.js';
import { RULES } from './onnxSchemaRules.js';

/** What is known about values, by name. */
export interface Values {
  readonly known: ReadonlyMap<string, Known>;
  /** Shapes of computed values. */
  readonly shapes: ReadonlyMap<string, Shape>;
  /** Element kinds of inputs and computed values. `checkNode` adds those of the node's outputs. */
  readonly kinds: Map<string, Kind>;
}

/**
 * Lists what is wrong with a node of this opset. Each entry is a sentence with layer, attribute or input, value and rule. Nodes
 * of other domains than ONNX's own are not checked.
 */
export function checkNode(node: SchemaNode, opset: number, { known, shapes, kinds }: Values): string[] {
  if (!isStandard(node)) return [];
  const kindOf = (value: string) => {
    const constant = known.get(value);
    return kinds.get(value) ?? (constant && kindOfConstant(constant));
  };
  for (const [i, kind] of kindsMade(node, opset, kindOf).entries()) if (kind) kinds.set(node.outputs[i], kind);
  const problems = checkSchema(node, opset, kindOf);
  // Rules may rely on what the schema guarantees.
  if (problems.length === 0 && Object.hasOwn(RULES, node.type)) {
    problems.push(...RULES[node.type](factsOf(node, opset, known, shapes)));
  }
  return problems.map((problem) => `node '${node.name || node.outputs[0]}' (${node.type}): ${problem}`);
}

export const kindOfConstant = ({ tensor, kind }: Known): Kind =>
  tensor ? 'float' : kind === 'bool' ? 'boolean' : 'integer';

function factsOf(
  { type, inputs, outputs, attributes }: SchemaNode,
  opset: number,
  known: ReadonlyMap<string, Known>,
  shapes: ReadonlyMap<string, Shape>,
): Facts {
  const list = (name: string) => {
    const { ints = [], floats = [] } = attributes.get(name) ?? {};
    return ints.length > 0 ? ints : floats;
  };
  return {
    type,
    opset,
    inputs,
    outputs,
    shape: (index) => shapes.get(inputs[index]) ?? known.get(inputs[index])?.shape,
    values: (index) => (inputs[index] ? listed(known.get(inputs[index])) : undefined),
    has: (name) => attributes.has(name),
    number: (name, otherwise) => attributes.get(name)?.int ?? attributes.get(name)?.float ?? otherwise,
    numbers: (name) => (attributes.has(name) ? list(name) : undefined),
    text: (name, otherwise) => attributes.get(name)?.string ?? otherwise,
  };
}

/** Reports initializers that are also declared as inputs with a different type or shape. */
export function checkInitializers(
  inputs: readonly {
    readonly name: string;
    readonly type: number;
    readonly shape: readonly (number | undefined)[] | undefined;
  }[],
  initializers: ReadonlyMap<string, Known>,
): string[] {
  return inputs.flatMap(({ name, type, shape }) => {
    const tensor = initializers.get(name);
    if (!tensor) return [];
    const fits =
      !shape ||
      (shape.length === tensor.shape.length && shape.every((d, i) => (d ?? tensor.shape[i]) === tensor.shape[i]));
    if (!fits) {
      const declared = shape.map((d) => d ?? '?').join(',');
      return [
        `initializer '${name}' is ${formatShape(tensor.shape)}; the graph's input of that name says [${declared}]`,
      ];
    }
    const kind = kindOfConstant(tensor);
    const said = type > 0 ? kindOfElement(type) : kind;
    return said === kind ? [] : [`initializer '${name}' holds ${kind}s; the graph's input of that name says ${said}s`];
  });
}
