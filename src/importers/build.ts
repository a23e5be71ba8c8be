// What the Caffe and the ONNX importer do alike when a rule has made a draft of a layer.
import { ShapeError } from '../core/errors.js';
import type { Shape, Spec } from '../core/shape.js';
import type { CaffeRule, Draft, LayerModule, LayerRegistry, OnnxRule, Rules } from '../graph/importing.js';
import type { Layer, LayerTable } from '../graph/model.js';
import type { Op } from '../graph/tape.js';
import * as common from '../kernels/common.js';

const moduleOf = (layer: LayerRegistry[string]): LayerModule => ('op' in layer ? layer : { op: layer });

/** Layers with their rules for one kind of file: those that they bring, else those of the folder of their name. */
export function layersWith<R extends CaffeRule | OnnxRule>(
  layers: LayerRegistry,
  brought: (layer: LayerModule) => Rules<R> | undefined,
  folders: Readonly<Record<string, Rules<R>>>,
): { readonly key: string; readonly op: Op; readonly rules: Rules<R> }[] {
  return Object.entries(layers).map(([key, layer]) => {
    const module = moduleOf(layer);
    return { key, op: module.op, rules: brought(module) ?? folders[`../kernels/${key}/import.ts`] ?? {} };
  });
}

/** For a model: the ops of its layers' types that methods do not know by name. Nothing where they know all. */
export function opsOf(layers: readonly Layer[], registry: LayerRegistry): { readonly ops?: LayerTable } {
  const known: LayerTable = common;
  const ops: Record<string, Op> = {};
  for (const { type } of layers) {
    // A converted file may name a type that nobody knows; `trace` says so.
    if (!Object.hasOwn(registry, type)) continue;
    const { op } = moduleOf(registry[type]);
    if (op !== known[type]) ops[type] = op;
  }
  return Object.keys(ops).length > 0 ? { ops } : {};
}

/** A rule's answer as a list: one draft per output. */
export const listOf = (drafts: Draft | readonly Draft[]): readonly Draft[] => (isList(drafts) ? drafts : [drafts]);
const isList = (v: Draft | readonly Draft[]): v is readonly Draft[] => Array.isArray(v);

/** The output's shape, with the layer's name in whatever the op throws. */
export function inferLayer(op: Op, inputs: Readonly<Record<string, Spec>>, attrs: unknown, name: string): Shape {
  try {
    return op.infer(inputs, attrs).shape;
  } catch (error) {
    if (error instanceof ShapeError) throw new ShapeError(`layer '${name}'`, error.message);
    throw error;
  }
}

/** Which of several inputs is the image: the first map with few channels; where there is none, the first input. */
export function imageAmong<T extends { readonly shape: readonly (number | undefined)[] }>(inputs: readonly T[]): T {
  const isImage = ({ shape: { length, 1: channels } }: T) => length === 4 && channels !== undefined && channels <= 8;
  return inputs.find(isImage) ?? inputs[0];
}
