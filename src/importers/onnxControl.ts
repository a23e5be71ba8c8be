// Control flow that is known at import: selects the branch of an If, and unrolls the body of a Loop.
import { ModelFileError } from '../core/errors.js';
import { type Known, listed } from './onnxFold.js';
import type { Attribute, Graph, Node } from './onnxGraph.js';
import { opened } from './onnxInline.js';
import { WHAT } from './onnxTensor.js';

/** The next node, or a function that finds the next nodes once the earlier ones are done. */
export type Item = Node | (() => Item[] | Unknown);

/** The reason why a node cannot be unrolled. */
export interface Unknown {
  readonly node: Node;
  readonly reason: string;
}

export const isUnknown = (v: readonly Item[] | Unknown): v is Unknown => 'reason' in v;

/** Limit for the iterations of an unrolled loop. */
const MAX_ROUNDS = 1000;

/** The nodes that replace this node, in order; undefined if it is not control flow. */
export function controlled(node: Node, known: Map<string, Known>): Item[] | Unknown | undefined {
  if (node.type === 'If') return branch(node, known);
  if (node.type === 'Loop') return loop(node, known);
  return undefined;
}

const nameOf = (node: Node): string => node.name || node.outputs[0];

function branch(node: Node, known: Map<string, Known>): Item[] | Unknown {
  const [condition] = listed(known.get(node.inputs[0])) ?? [];
  if (condition === undefined) return { node, reason: 'its condition is computed from the picture' };
  const graph = graphOf(node, condition !== 0 ? 'then_branch' : 'else_branch');
  // A value that the branch produces is renamed to the node's own output.
  const made = new Set(graph.nodes.flatMap((n) => n.outputs));
  const bound = new Map<string, string>();
  graph.outputs.forEach((name, i) => {
    if (made.has(name) && !bound.has(name) && node.outputs[i]) bound.set(name, node.outputs[i]);
  });
  const inside = opened(graph, bound, `${nameOf(node)}/`);
  for (const [name, value] of inside.initializers) known.set(name, value);
  return [...inside.nodes, ...renaming(inside.outputs, node.outputs)];
}

/** Renames values, except those with equal names. */
const renaming = (from: readonly string[], to: readonly string[]): Node[] =>
  to.flatMap((name, i) =>
    name === '' || from[i] === name || from[i] === undefined ? [] : [nodeOf('Identity', [from[i]], name)],
  );

function graphOf(node: Node, attribute: string): Graph {
  const graph = node.attributes.get(attribute)?.graph;
  if (!graph) throw new ModelFileError(WHAT, `node '${nameOf(node)}' (${node.type}) has no ${attribute}`);
  return graph;
}

const nodeOf = (type: string, inputs: string[], output: string, attributes = new Map<string, Attribute>()): Node => ({
  name: '',
  type,
  opset: 13,
  inputs,
  outputs: [output],
  attributes,
});

const whole = (value: number): Attribute => ({ int: value, floats: [], ints: [], strings: [] });
const integer = (shape: number[], value: number): Known => ({ shape, kind: 'int', values: () => [value] });

function loop(node: Node, known: Map<string, Known>): Item[] | Unknown {
  const body = graphOf(node, 'body');
  const [count = '', condition = '', ...initial] = node.inputs;
  const most = count === '' ? Number.POSITIVE_INFINITY : listed(known.get(count))?.[0];
  if (most === undefined) return { node, reason: 'how often it runs is computed from the picture' };
  const states = body.inputs.length - 2;

  const round = (
    i: number,
    goesOn: string,
    carried: readonly string[],
    collected: readonly string[][],
  ): Item[] | Unknown => {
    const [value = undefined] = goesOn === '' ? [1] : (listed(known.get(goesOn)) ?? []);
    if (value === undefined) return { node, reason: 'whether it goes on is computed from the picture' };
    if (value === 0 || i >= most) return finished(carried, collected);
    if (i >= MAX_ROUNDS) return { node, reason: `it runs more than ${MAX_ROUNDS} times` };
    const prefix = `${nameOf(node)}/${i}/`;
    const numbered = `${prefix}round`;
    known.set(numbered, integer([], i));
    known.set(`${prefix}goes on`, { shape: [], kind: 'bool', values: () => [1] });
    const actual = [numbered, goesOn || `${prefix}goes on`, ...carried];
    const bound = new Map(body.inputs.map(({ name }, k) => [name, actual[k] ?? '']));
    const inside = opened(body, bound, prefix);
    for (const [name, tensor] of inside.initializers) known.set(name, tensor);
    const [next = '', ...outputs] = inside.outputs;
    const rows = outputs.slice(states);
    return [
      ...inside.nodes,
      () =>
        round(
          i + 1,
          next,
          outputs.slice(0, states),
          rows.map((name, k) => [...(collected[k] ?? []), name]),
        ),
    ];
  };

  /** The carried values, and the per-iteration values stacked along a new first axis. */
  const finished = (carried: readonly string[], collected: readonly string[][]): Item[] => {
    const axis = `${nameOf(node)}/stack`;
    known.set(axis, integer([1], 0));
    const stacked = node.outputs.slice(states).flatMap((output, k) => {
      const rows = (collected[k] ?? []).map((name, i) => nodeOf('Unsqueeze', [name, axis], `${output}/${i}`));
      const join = nodeOf(
        'Concat',
        rows.map((r) => r.outputs[0]),
        output,
        new Map([['axis', whole(0)]]),
      );
      return output === '' ? [] : [...rows, join];
    });
    return [...renaming(carried, node.outputs.slice(0, states)), ...stacked];
  };

  return round(0, condition, initial, []);
}
