// Converts the nodes of an ONNX graph in order: known nodes are evaluated, others become layers or are reported as missing.
import { ModelFileError, type UnsupportedLayer } from '../core/errors.js';
import type { Missing } from './build.js';
import { castLike } from './onnxCastLike.js';
import { controlled, type Item, isUnknown, type Unknown } from './onnxControl.js';
import { createFolder } from './onnxFold.js';
import type { Node } from './onnxGraph.js';
import { readsOf } from './onnxInline.js';
import { addLayers, type Building, type Takers, undoesDoor } from './onnxLayers.js';
import { attributesOf, kindIn, layerName } from './onnxNode.js';
import { checkNode } from './onnxSchemaNode.js';
import { WHAT } from './onnxTensor.js';

/** Converts nodes to layers and constants, and returns those that it could not convert. */
export function convert(nodes: readonly Node[], reads: Set<string>, building: Building, takers: Takers): Missing[] {
  const { known, shapes, doors } = building;
  const missing: Missing[] = [];
  /** Everything that ONNX forbids, collected and reported together. */
  const problems: string[] = [];
  const unknown = new Set<string>();
  const lose = (node: Node, unsupported?: UnsupportedLayer) => {
    const weighted = node.inputs.some((name) => (known.get(name)?.shape.length ?? 0) > 1);
    missing.push({ name: layerName(node), type: node.type, weighted, ...(unsupported && { unsupported }) });
    for (const o of node.outputs) unknown.add(o);
  };
  const fold = createFolder();
  const queue: Item[] = [...nodes].reverse();
  const add = (items: readonly Item[] | Unknown) => {
    if (isUnknown(items))
      lose(items.node, { name: layerName(items.node), type: items.node.type, reason: items.reason });
    else {
      // What the next iteration reads is known only after the nodes of this one are converted.
      for (const item of items) {
        if (typeof item !== 'function') for (const name of [...readsOf(item), ...item.outputs]) reads.add(name);
      }
      queue.push(...[...items].reverse());
    }
  };
  for (;;) {
    const item = queue.pop();
    if (item === undefined) {
      if (problems.length > 0) throw new ModelFileError(WHAT, problems.join('; '));
      return missing;
    }
    if (typeof item === 'function') {
      add(item());
      continue;
    }
    const node = {
      ...item,
      inputs: item.inputs.map((name) => doors.get(name) ?? name),
      outputs: wantedOutputs(item, reads),
    };
    if (readsOf(node).some((name) => unknown.has(name))) {
      lose(node);
      continue;
    }
    const written = controlled(node, known) ?? castLike(node, (name) => kindIn(building, name));
    if (written) {
      add(written);
      continue;
    }
    const absent = node.inputs.find((i) => i !== '' && !known.has(i) && !shapes.has(i));
    if (absent !== undefined) {
      throw new ModelFileError(
        WHAT,
        `node '${layerName(node)}' (${node.type}) reads '${absent}', which no node, input or initializer makes`,
      );
    }
    const made = node.outputs.find((o) => o !== '' && (shapes.has(o) || known.has(o)));
    if (made !== undefined) throw new ModelFileError(WHAT, `two nodes make '${made}'`);
    const wrong = checkNode({ ...item, inputs: node.inputs }, item.opset, building);
    if (wrong.length > 0) {
      problems.push(...wrong);
      lose(node);
      continue;
    }
    const folded = fold({
      ...attributesOf(node),
      name: layerName(node),
      type: node.type,
      opset: node.opset,
      outputs: node.outputs.length,
      names: node.inputs,
      inputs: node.inputs.map((i) => known.get(i)),
      shapes: node.inputs.map((i) => shapes.get(i)),
      tensor: (name) => node.attributes.get(name)?.tensor,
    });
    if (folded) {
      node.outputs.forEach((output, i) => {
        if (output !== '' && folded[i]) known.set(output, folded[i]);
      });
      continue;
    }
    const unsupported = undoesDoor(node, building) ? undefined : addLayers(node, building, takers);
    if (unsupported) lose(node, unsupported);
  }
}

/** The outputs of a node that something reads. Always includes the first one. */
function wantedOutputs({ type, outputs }: Node, reads: ReadonlySet<string>): string[] {
  // These operators count their outputs, used or not: a training mode, or the number of parts of a split.
  if (type === 'BatchNormalization' || type === 'Split') return [...outputs];
  const wanted = outputs.map((name, i) => (i === 0 || reads.has(name) ? name : ''));
  while (wanted[wanted.length - 1] === '') wanted.pop();
  return wanted;
}
