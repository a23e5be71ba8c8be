// Writes a model of this library as an ONNX file (opset 17), for contenders that read nothing else.
import { PbfWriter } from 'pbf';
import type { Layer, Model } from '../../src/graph/model.js';
import { weightsAsF32 } from '../../src/graph/model.js';
import { attrsOf } from './contender.js';

type Attribute = number | { readonly float: number } | readonly number[] | string;

interface OnnxOp {
  readonly type: string;
  readonly attributes: Readonly<Record<string, Attribute>>;
}

/** `layers` of `model` over an input of `batch` images; the output is the last layer's. */
export function onnxFile(model: Model, layers: readonly Layer[], batch: number): Uint8Array {
  const pbf = new PbfWriter();
  pbf.writeVarintField(1, 8); // ir_version
  pbf.writeMessage(
    8,
    (_, p) => {
      p.writeStringField(1, '');
      p.writeVarintField(2, 17);
    },
    null,
  );
  pbf.writeMessage(7, (_, p) => graph(p, model, layers, batch), null);
  return pbf.finish();
}

function graph(pbf: PbfWriter, model: Model, layers: readonly Layer[], batch: number): void {
  for (const layer of layers) {
    const op = onnxOp(layer);
    const keys = Object.values(layer.weights);
    let inputs = [...layer.inputs];
    if (layer.type === 'fc') {
      const flat = `${layer.output}/flat`;
      pbf.writeMessage(1, (_, p) => node(p, { type: 'Flatten', attributes: { axis: 1 } }, inputs, flat), null);
      inputs = [flat];
    }
    pbf.writeMessage(1, (_, p) => node(p, op, [...inputs, ...keys], layer.output), null);
  }
  pbf.writeStringField(2, model.name);
  const written = new Set<string>();
  for (const key of layers.flatMap((l) => Object.values(l.weights))) {
    const stored = model.weights.get(key);
    if (!stored || written.has(key)) continue;
    written.add(key);
    const data = weightsAsF32(stored);
    pbf.writeMessage(
      5,
      (_, p) => {
        p.writePackedVarint(1, [...stored.shape]);
        p.writeVarintField(2, 1); // FLOAT
        p.writeStringField(8, key);
        p.writeBytesField(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
      },
      null,
    );
  }
  const end = layers[layers.length - 1];
  pbf.writeMessage(11, (_, p) => valueInfo(p, model.input.name, [batch, ...model.input.shape.slice(1)]), null);
  pbf.writeMessage(12, (_, p) => valueInfo(p, end.output, undefined), null);
}

function node(pbf: PbfWriter, op: OnnxOp, inputs: readonly string[], output: string): void {
  for (const name of inputs) pbf.writeStringField(1, name);
  pbf.writeStringField(2, output);
  pbf.writeStringField(3, output);
  pbf.writeStringField(4, op.type);
  for (const [name, value] of Object.entries(op.attributes)) {
    pbf.writeMessage(
      5,
      (_, p) => {
        p.writeStringField(1, name);
        if (typeof value === 'string') {
          p.writeBytesField(4, new TextEncoder().encode(value));
          p.writeVarintField(20, 3);
        } else if (typeof value === 'number') {
          p.writeVarintField(3, value);
          p.writeVarintField(20, 2);
        } else if ('float' in value) {
          p.writeFloatField(2, value.float);
          p.writeVarintField(20, 1);
        } else {
          for (const v of value) p.writeVarintField(8, v);
          p.writeVarintField(20, 7);
        }
      },
      null,
    );
  }
}

function valueInfo(pbf: PbfWriter, name: string, shape: readonly number[] | undefined): void {
  pbf.writeStringField(1, name);
  pbf.writeMessage(
    2,
    (_, type) => {
      type.writeMessage(
        1,
        (__, tensor) => {
          tensor.writeVarintField(1, 1);
          if (!shape) return;
          tensor.writeMessage(
            2,
            (___, dims) => {
              for (const dim of shape) dims.writeMessage(1, (____, p) => p.writeVarintField(1, dim), null);
            },
            null,
          );
        },
        null,
      );
    },
    null,
  );
}

function onnxOp(layer: Layer): OnnxOp {
  const a = attrsOf(layer);
  switch (layer.type) {
    case 'conv2d':
      return { type: 'Conv', attributes: { strides: a.stride, pads: a.pad, group: a.group } };
    case 'convTranspose2d':
      return { type: 'ConvTranspose', attributes: { strides: a.stride, pads: a.pad, group: a.group } };
    case 'fc':
      return { type: 'Gemm', attributes: { transB: 1 } };
    case 'relu':
      return { type: 'Relu', attributes: {} };
    case 'maxPool':
      return { type: 'MaxPool', attributes: { kernel_shape: a.kernel, strides: a.stride, pads: a.pad } };
    case 'avgPool':
      return {
        type: 'AveragePool',
        attributes: { kernel_shape: a.kernel, strides: a.stride, pads: a.pad, count_include_pad: 1 },
      };
    case 'lrn':
      return {
        type: 'LRN',
        attributes: { size: a.size, alpha: { float: a.alpha }, beta: { float: a.beta }, bias: { float: a.k } },
      };
    case 'softmax':
      return { type: 'Softmax', attributes: { axis: 1 } };
    case 'concat':
      return { type: 'Concat', attributes: { axis: 1 } };
    default:
      throw new Error(`ONNX: no rule for '${layer.type}'`);
  }
}
