// How a layer declares its names and attributes in model files. The rules are in the layer's folder
// (kernels/<layer>/import.ts). The importers find them by their path, so a new layer needs no change here.
import type { Shape, Spec } from '../core/shape.js';
import type { WeightData } from './model.js';
import type { Op } from './tape.js';

/** Attributes and weights of one layer, as the model will hold them. */
export interface Draft {
  readonly attrs: Readonly<Record<string, unknown>>;
  /** Op input → where its numbers come from. */
  readonly weights?: Readonly<Record<string, WeightSource>>;
  /** The output's shape, if it has no elements. The value is then known, and no layer is created. ONNX only. */
  readonly empty?: Shape;
  /** Blobs that the layer reads, if they differ from those in the file. ONNX constants are left out. */
  readonly inputs?: readonly string[];
}

/** Where a weight comes from: a blob of the weights file, zeros, or an array. */
export type WeightSource =
  | {
      /** Which of the layer's blobs, as Caffe numbers them. */
      readonly blob: number;
      readonly shape: Shape;
      /** Caffe's filler parameter, for nets without a weights file. */
      readonly filler?: Params;
      /** The value if neither a file nor a filler defines it. A weight without it is drawn at random. */
      readonly initial?: number;
    }
  | {
      /** Several of the layer's blobs, from which the weight is computed. Without a file, the blobs are `initial`. */
      readonly from: readonly { readonly blob: number; readonly shape: Shape; readonly initial: number }[];
      readonly shape: Shape;
      /** Computes the weight from the blobs, in their order. */
      make(blobs: readonly Float32Array[]): Float32Array;
    }
  | { readonly zeros: Shape }
  | { readonly tensor: WeightData; readonly key: string };

/** Parameters of a layer in a text file. Absent ones take the default given. */
export interface Params {
  /** A number; `otherwise` if the text does not have it. */
  number(name: string, otherwise: number): number;
  /** All numbers of a repeated field; empty if there are none. */
  numbers(name: string): number[];
  /** A text or the name of an enum's value; `otherwise` if the text does not have it. */
  text(name: string, otherwise: string): string;
  /** A truth value; `otherwise` if the text does not have it. */
  flag(name: string, otherwise: boolean): boolean;
  /** Whether the text has the field. */
  has(name: string): boolean;
  /** The fields of a message; without any if the text does not have it. */
  message(name: string): Params;
}

/** A layer of a Caffe net, in the form of the newest version. */
export interface CaffeLayer {
  readonly name: string;
  readonly type: string;
  readonly bottoms: readonly string[];
  readonly tops: readonly string[];
  readonly params: Params;
  /** Shapes of the bottoms. */
  readonly shapes: readonly Shape[];
  /** Blobs the weights file has for this layer; undefined without a file. */
  readonly blobs: number | undefined;
}

/** One draft per top. Undefined means that this folder declines, and another folder may take the layer. */
export type CaffeRule = (layer: CaffeLayer) => Draft | readonly Draft[] | undefined;

/** A node of an ONNX graph. */
export interface OnnxNode {
  readonly name: string;
  readonly type: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly opset: number;
  /** A number attribute; `otherwise` if the file does not have it. */
  number(name: string, otherwise: number): number;
  /** A number used as a flag. Any value but 0 is true. */
  flag(name: string, otherwise: boolean): boolean;
  /** A list of numbers; undefined if the file does not have it. */
  numbers(name: string): number[] | undefined;
  /** A text attribute; `otherwise` if the file does not have it. */
  text(name: string, otherwise: string): string;
  /** A list of names; undefined where the file gives none. */
  texts(name: string): string[] | undefined;
  /** The value of an input, if it is known at import, with the key it is stored under. */
  constant(index: number): { readonly key: string; readonly tensor: WeightData } | undefined;
  /**
   * Elements of a constant input as numbers: a shape, axes, indices. Undefined if the input is not known, or has more than 2¹⁸
   * numbers, which no such list has.
   */
  values(index: number): number[] | undefined;
  /** The element type of an input in the file; in a model all are floats. Undefined if the file does not tell. */
  kind(index: number): 'float' | 'integer' | 'boolean' | undefined;
  /** The shape of an input. */
  shape(index: number): Shape;
}

/** One draft per output, as with `CaffeRule`. */
export type OnnxRule = (node: OnnxNode) => Draft | readonly Draft[] | undefined;

/** `refuse` throws this. The importer catches it and reports its message as the layer's reason. */
export class Refusal extends Error {}

/** Called by rules if the layer, as written in the file, is not supported. `reason` names attribute, value and fix. */
export function refuse(reason: string): never {
  throw new Refusal(reason);
}

/** A layer's rules for one kind of file, by the type that the file gives. */
export type Rules<R extends CaffeRule | OnnxRule> = Readonly<Record<string, R>>;

/** A layer that brings rules of its own for the importers. */
export interface LayerModule {
  readonly op: Op;
  readonly caffe?: Rules<CaffeRule>;
  readonly onnx?: Rules<OnnxRule>;
}

/** Layer type → an op, which uses the rules of the layer folder of that name; or a layer with its own rules. */
export type LayerRegistry = Readonly<Record<string, Op | LayerModule>>;

/** Kernel, stride or dilation as Caffe gives them: one number, two, or `_h` and `_w`. */
export function caffePair(params: Params, name: string, otherwise: number, short = name): [number, number] {
  if (params.has(`${short}_h`) || params.has(`${short}_w`)) {
    return [params.number(`${short}_h`, otherwise), params.number(`${short}_w`, otherwise)];
  }
  const [y = otherwise, x = y] = params.numbers(name);
  return [y, x];
}

/**
 * Before opset 7, ONNX's second operand aligns with the first from `axis` on. This returns the shape that gives the same result
 * under NumPy's broadcasting. Undefined if the shape needs no change, and always from opset 7 on.
 */
export function onnxOperandShape(node: OnnxNode): Shape | undefined {
  if (node.opset >= 7 || !node.flag('broadcast', false)) return undefined;
  const [a, b] = [node.shape(0), node.shape(1)];
  const axis = node.number('axis', a.length - b.length);
  const after = a.length - (axis < 0 ? axis + a.length : axis) - b.length;
  return after > 0 ? [...b, ...Array<number>(after).fill(1)] : undefined;
}

/**
 * Inputs and weights of an ONNX convolution with K output channels. Filters and bias may be known or computed, and the bias may
 * be absent.
 */
export function onnxParameters(node: OnnxNode, K: number): Pick<Draft, 'inputs' | 'weights'> {
  const [x, w, b] = node.inputs;
  const [filters, bias] = [node.constant(1), node.constant(2)];
  return {
    inputs: [x, ...(filters ? [] : [w]), ...(b && !bias ? [b] : [])],
    weights: { ...(filters && { w: filters }), ...(bias ? { b: bias } : !b && { b: { zeros: [K] } }) },
  };
}

/** Shapes as specs of f32. */
export const asSpec = (shape: Shape): Spec => ({ shape, dtype: 'f32' });
