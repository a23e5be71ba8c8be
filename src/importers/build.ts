// Shared by the Caffe and the ONNX importer: what follows after a rule has drafted a layer.
import { ShapeError, type UnsupportedLayer, UnsupportedLayersError } from '../core/errors.js';
import type { Shape, Spec } from '../core/shape.js';
import type { CaffeRule, Draft, LayerModule, LayerRegistry, OnnxRule, Rules } from '../graph/importing.js';
import type { Layer, LayerTable } from '../graph/model.js';
import type { Op } from '../graph/tape.js';
import * as common from '../kernels/common.js';

const moduleOf = (layer: LayerRegistry[string]): LayerModule => ('op' in layer ? layer : { op: layer });

/** Layers with their rules for one file format: their own rules, or else those of the folder of their name. */
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

/** The ops of layer types that methods do not know by name, for `Model.ops`. Undefined if methods know all. */
export function opsOf(layers: readonly Layer[], registry: LayerRegistry): { readonly ops?: LayerTable } {
  const known: LayerTable = common;
  const ops: Record<string, Op> = {};
  for (const { type } of layers) {
    // A converted file may contain an unknown type; `trace` reports it.
    if (!Object.hasOwn(registry, type)) continue;
    const { op } = moduleOf(registry[type]);
    if (op !== known[type]) ops[type] = op;
  }
  return Object.keys(ops).length > 0 ? { ops } : {};
}

/** The answer of a rule as a list: one draft per output. */
export const listOf = (drafts: Draft | readonly Draft[]): readonly Draft[] => (isList(drafts) ? drafts : [drafts]);
const isList = (v: Draft | readonly Draft[]): v is readonly Draft[] => Array.isArray(v);

/** The output's shape. Errors of the op carry the layer's name. */
export function inferLayer(op: Op, inputs: Readonly<Record<string, Spec>>, attrs: unknown, name: string): Shape {
  try {
    return op.infer(inputs, attrs).shape;
  } catch (error) {
    if (error instanceof ShapeError) throw new ShapeError(`layer '${name}'`, error.message);
    throw error;
  }
}

/** Selects the image among several inputs: the first map with few channels, or else the first input. */
export function imageAmong<T extends { readonly shape: readonly (number | undefined)[] }>(inputs: readonly T[]): T {
  const isImage = ({ shape: { length, 1: channels } }: T) => length === 4 && channels !== undefined && channels <= 8;
  return inputs.find(isImage) ?? inputs[0];
}

/** A layer of the file that the model does not have: it is unsupported, or it reads the output of such a layer. */
export interface Missing {
  readonly name: string;
  readonly type: string;
  /** Set if this layer itself is unsupported. */
  readonly unsupported?: UnsupportedLayer;
  /** True if the layer has weights of its own. */
  readonly weighted: boolean;
}

/** Layers that look at the picture. If one of them is missing, more than the end of the net is missing. */
const SEEING = /(^|::)(Fused)?Conv(Transpose)?$|^(Dec|C)onvolution$|Deform/;
const convolves = ({ type }: Layer): boolean => /conv/i.test(type);

/**
 * The note about an omitted end of the net. The end is unsupported, and no convolution comes after it.
 *
 * @throws UnsupportedLayersError if more than an end is missing; the message says how far the net opens
 */
export function tailNote(
  format: string,
  missing: readonly Missing[],
  layers: readonly Layer[],
  supported: readonly string[],
): string | undefined {
  const lost = missing.flatMap(({ unsupported }) => unsupported ?? []);
  if (lost.length === 0) return undefined;
  const last = layers.filter(convolves).at(-1);
  // An end is the smaller part of the net: a head, not the blocks of a transformer.
  const seen = layers.filter((l) => Object.keys(l.weights).length > 0 && l.inputs.length > 0).length;
  const isEnd = missing.filter((m) => m.weighted).length <= seen / 2;
  if (!last || !isEnd || missing.some(({ type }) => SEEING.test(type))) {
    const hint = last && `The net opens up to '${last.name}' with until (--until ${last.name}).`;
    throw new UnsupportedLayersError(format, lost, [...new Set(supported)], hint);
  }
  const named = lost.map(({ name, type, reason }) => `'${name}' (${type}${reason ? `: ${reason}` : ''})`);
  const read = new Set(layers.flatMap((l) => l.inputs));
  const ends = layers.filter((l) => !read.has(l.output)).map((l) => `'${l.name}'`);
  return (
    `The end of the net is left out: ${named.slice(0, 8).join(', ')}${named.length > 8 ? ', …' : ''} not supported, ` +
    `${missing.length} ${missing.length === 1 ? 'layer' : 'layers'} in all. It now ends with ${ends.slice(-6).join(', ')}. ` +
    'Choose another last layer with until (--until LAYER).'
  );
}
