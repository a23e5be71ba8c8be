// What is stored of the nets trained on natural images (../shared/data/natural), and which blobs its units are in.
import type { UnitAddress } from '../../src/scene/unit.js';

type NaturalName = 'mobilenet_v1_025' | 'resnet20' | 'resnet56';

interface NaturalUnit {
  /** `class130`, or a layer of the original code with channel and place. */
  readonly unit: string;
  readonly index: readonly number[];
  readonly activation: number;
  readonly file: string;
  /** Which of the stored pictures. */
  readonly image: number;
}

interface Entry {
  readonly grads: readonly NaturalUnit[];
}

export interface NaturalIndex {
  /** Share of the pictures whose class is the first guess, and among the first five. */
  readonly mobilenet_v1_025: Entry & { readonly accuracy_imagenet1000_256: readonly [number, number] };
  readonly resnet20: Entry & { readonly accuracy_cifar10_200: number };
  readonly resnet56: Entry & { readonly accuracy_cifar10_200: number };
}

/** The nets, their files, and what the names of their arrays begin with. */
export const NATURAL: readonly { readonly net: NaturalName; readonly file: string; readonly stem: string }[] = [
  { net: 'mobilenet_v1_025', file: 'mobilenet_v1_025/model.onnx', stem: 'mobilenet_v1_025/imagenet' },
  { net: 'resnet20', file: 'resnet_cifar10/resnet20.onnx', stem: 'resnet_cifar10/resnet20' },
  { net: 'resnet56', file: 'resnet_cifar10/resnet56.onnx', stem: 'resnet_cifar10/resnet56' },
];

/** The exporter numbers the activations of MobileNet: the stem's, then depthwise and pointwise by turns. */
const BLOBS: Readonly<Record<NaturalName, readonly (readonly [RegExp, string])[]>> = {
  mobilenet_v1_025: [
    [/^class/, 'logits'],
    [/^pw6_relu6/, '/Clip_12_output_0'],
    [/^pw11_relu6/, '/Clip_22_output_0'],
  ],
  resnet20: [
    [/^class/, 'logits'],
    [/^layer2/, '/layer2/layer2.2/Relu_1_output_0'],
  ],
  resnet56: [
    [/^class/, 'logits'],
    [/^layer2/, '/layer2/layer2.8/Relu_1_output_0'],
  ],
};

/** Where a stored unit is in the net's file. */
export function unitOf(net: NaturalName, { unit, index: [channel, y, x] }: NaturalUnit): UnitAddress {
  const layer = BLOBS[net].find(([name]) => name.test(unit))?.[1];
  if (layer === undefined) throw new Error(`${net}: no blob is known for '${unit}'`);
  return { layer, channel, ...(y !== undefined && { at: [y, x] as const }) };
}
