// Replaces calls of the file's own functions by their nodes, and sorts nodes so that each reads only earlier values.
import { ModelFileError } from '../core/errors.js';
import type { Attribute, Graph, LocalFunction, Node } from './onnxGraph.js';
import { WHAT } from './onnxTensor.js';

/** Limits for the depth of nested calls, and for the nodes that they produce. */
const MAX_DEPTH = 64;
const MAX_NODES = 200_000;

/** Replaces every call of a local function by its nodes. @throws ModelFileError for a function that calls itself */
export function inlineFunctions(
  nodes: readonly Node[],
  functions: ReadonlyMap<string, LocalFunction>,
): readonly Node[] {
  if (functions.size === 0) return nodes;
  const result: Node[] = [];
  const visit = (node: Node, depth: number, callers: string) => {
    const callee = functions.get(node.type);
    if (!callee) {
      result.push({ ...node, attributes: mapGraphs(node.attributes, (g) => inlined(g, functions)) });
      if (result.length > MAX_NODES)
        throw new ModelFileError(WHAT, `its functions make more than ${MAX_NODES} nodes; inline them when you export`);
      return;
    }
    if (depth > MAX_DEPTH)
      throw new ModelFileError(WHAT, `function '${node.type}' is called more than ${MAX_DEPTH} deep: ${callers}`);
    const prefix = `${node.name || node.outputs[0]}/`;
    const rename = renamer(bindings(callee, node), prefix);
    const given = (attribute: Attribute): Attribute | undefined =>
      attribute.refersTo === undefined
        ? attribute
        : (node.attributes.get(attribute.refersTo) ?? callee.defaults.get(attribute.refersTo));
    for (const inner of sorted(callee.nodes)) {
      visit(renamed(inner, rename, prefix, given), depth + 1, `${callers} → ${node.type}`);
    }
  };
  for (const node of nodes) visit(node, 0, '');
  return result;
}

const inlined = (graph: Graph, functions: ReadonlyMap<string, LocalFunction>): Graph => ({
  ...graph,
  nodes: inlineFunctions(graph.nodes, functions),
});

/** The caller's name for each input and output of a function. An omitted input has no name. */
function bindings(callee: LocalFunction, { inputs, outputs, type, name }: Node): Map<string, string> {
  if (inputs.length > callee.inputs.length || outputs.length > callee.outputs.length) {
    const counts = `${callee.inputs.length} inputs and ${callee.outputs.length} outputs`;
    throw new ModelFileError(
      WHAT,
      `node '${name || outputs[0]}' calls function '${type}', which has ${counts}, with ${inputs.length} and ${outputs.length}`,
    );
  }
  const bound = new Map(callee.inputs.map((formal, i) => [formal, inputs[i] ?? '']));
  callee.outputs.forEach((formal, i) => {
    if (outputs[i]) bound.set(formal, outputs[i]);
  });
  return bound;
}

type Rename = (name: string) => string;

/** Bound names map to their values; all other names get a prefix. */
const renamer =
  (bound: ReadonlyMap<string, string>, prefix: string): Rename =>
  (name) =>
    name === '' ? '' : (bound.get(name) ?? prefix + name);

/** Renames the values of a node. `given` looks up an attribute; an attribute that it does not know is left out. */
function renamed(
  node: Node,
  rename: Rename,
  prefix: string,
  given: (attribute: Attribute) => Attribute | undefined = (a) => a,
): Node {
  const attributes = new Map<string, Attribute>();
  for (const [key, attribute] of node.attributes) {
    const value = given(attribute);
    if (!value) continue;
    const { graph } = value;
    attributes.set(key, graph ? { ...value, graph: renamedGraph(graph, rename, prefix, given) } : value);
  }
  const inputs = node.inputs.map(rename);
  while (inputs[inputs.length - 1] === '') inputs.pop();
  return {
    ...node,
    name: node.name === '' ? '' : prefix + node.name,
    inputs,
    outputs: node.outputs.map(rename),
    attributes,
  };
}

/** Renames a graph inside a node: its own names get the prefix, outer names go through `rename`. */
function renamedGraph(
  graph: Graph,
  rename: Rename,
  prefix: string,
  given: (attribute: Attribute) => Attribute | undefined,
): Graph {
  const own = new Set([
    ...graph.inputs.map((i) => i.name),
    ...graph.initializers.keys(),
    ...graph.nodes.flatMap((n) => n.outputs),
  ]);
  const inner: Rename = (name) => (name !== '' && own.has(name) ? prefix + name : rename(name));
  return {
    ...graph,
    nodes: graph.nodes.map((n) => renamed(n, inner, prefix, given)),
    initializers: new Map([...graph.initializers].map(([name, value]) => [inner(name), value])),
    inputs: graph.inputs.map((i) => ({ ...i, name: inner(i.name) })),
    outputs: graph.outputs.map(inner),
  };
}

/** Inlines the graph of a node into the surrounding graph: formal inputs are bound, all other names get a prefix. */
export function opened(
  graph: Graph,
  bound: ReadonlyMap<string, string>,
  prefix: string,
): { nodes: readonly Node[]; initializers: Graph['initializers']; outputs: readonly string[] } {
  const own = new Set([...graph.initializers.keys(), ...graph.nodes.flatMap((n) => n.outputs)]);
  const rename: Rename = (name) => bound.get(name) ?? (name !== '' && own.has(name) ? prefix + name : name);
  return {
    nodes: sorted(graph.nodes).map((n) => renamed(n, rename, prefix)),
    initializers: new Map([...graph.initializers].map(([name, value]) => [rename(name), value])),
    outputs: graph.outputs.map(rename),
  };
}

function mapGraphs(
  attributes: ReadonlyMap<string, Attribute>,
  change: (graph: Graph) => Graph,
): ReadonlyMap<string, Attribute> {
  if (![...attributes.values()].some((a) => a.graph)) return attributes;
  return new Map(
    [...attributes].map(([key, value]) => [key, value.graph ? { ...value, graph: change(value.graph) } : value]),
  );
}

/** Every name that a node reads, including outer names that graphs in its attributes read. */
export function readsOf(node: Node): string[] {
  const reads = node.inputs.filter((name) => name !== '');
  for (const { graph } of node.attributes.values()) {
    if (!graph) continue;
    const own = new Set([
      ...graph.inputs.map((i) => i.name),
      ...graph.initializers.keys(),
      ...graph.nodes.flatMap((n) => n.outputs),
    ]);
    for (const name of [...graph.nodes.flatMap(readsOf), ...graph.outputs]) if (!own.has(name)) reads.push(name);
  }
  return reads;
}

/**
 * Sorts the nodes so that each reads only earlier values. Nodes that are already in order keep their order.
 *
 * @throws ModelFileError if two nodes produce the same value, or if nodes depend on each other in a circle
 */
export function sorted(nodes: readonly Node[]): readonly Node[] {
  const maker = new Map<string, Node>();
  for (const node of nodes) {
    for (const output of node.outputs) {
      if (output === '') continue;
      if (maker.has(output)) throw new ModelFileError(WHAT, `two nodes make '${output}'`);
      maker.set(output, node);
    }
  }
  const done = new Set<Node>();
  const waiting = new Set<Node>();
  const result: Node[] = [];
  for (const first of nodes) {
    // Depth-first without recursion, so that a very deep net cannot overflow the stack.
    const stack: Node[] = [first];
    while (stack.length > 0) {
      const node = stack[stack.length - 1];
      if (done.has(node)) {
        stack.pop();
        continue;
      }
      const needed = readsOf(node).flatMap((name) => {
        const from = maker.get(name);
        return from && !done.has(from) ? [from] : [];
      });
      if (needed.length === 0) {
        stack.pop();
        waiting.delete(node);
        done.add(node);
        result.push(node);
        continue;
      }
      waiting.add(node);
      const circle = needed.find((n) => waiting.has(n));
      if (circle)
        throw new ModelFileError(
          WHAT,
          `node '${circle.name || circle.outputs[0]}' (${circle.type}) waits for its own output; a graph has no circles`,
        );
      stack.push(...needed);
    }
  }
  return result;
}
