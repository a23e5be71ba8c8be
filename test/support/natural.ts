// Stored results of nets trained on natural images (../shared/data/natural), and the blobs of their units.
import type { UnitAddress } from '../../src/scene/unit.js';

type NaturalName = 'mobilenet_v1_025' | 'resnet20' | 'resnet56';

interface NaturalUnit {
  /** `class130`, or a layer of the original code with channel and position. */
  readonly unit: string;
  readonly index: readonly number[];
  readonly activation: number;
  readonly file: string;
  /** The index of the stored picture. */
  readonly image: number;
}

interface Entry {
  readonly grads: readonly NaturalUnit[];
}

export interface NaturalIndex {
  /** Shares of pictures whose class is the first guess, and among the first five. */
  readonly mobilenet_v1_025: Entry & { readonly accuracy_imagenet1000_256: readonly [number, number] };
  readonly resnet20: Entry & { readonly accuracy_cifar10_200: number };
  readonly resnet56: Entry & { readonly accuracy_cifar10_200: number };
}

/** The nets, their files, and the prefix of their array names. */
export const NATURAL: readonly { readonly net: NaturalName; readonly file: string; readonly stem: string }[] = [
  { net: 'mobilenet_v1_025', file: 'mobilenet_v1_025/model.onnx', stem: 'mobilenet_v1_025/imagenet' },
  { net: 'resnet20', file: 'resnet_cifar10/resnet20.onnx', stem: 'resnet_cifar10/resnet20' },
  { net: 'resnet56', file: 'resnet_cifar10/resnet56.onnx', stem: 'resnet_cifar10/resnet56' },
];

/** The exporter numbers MobileNet's activations: the stem's, then depthwise and pointwise alternately. */
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

/** The unit in the net's file for a stored unit. */
export function unitOf(net: NaturalName, { unit, index: [channel, y, x] }: NaturalUnit): UnitAddress {
  const layer = BLOBS[net].find(([name]) => name.test(unit))?.[1];
  if (layer === undefined) throw new Error(`${net}: no blob is known for '${unit}'`);
  return { layer, channel, ...(y !== undefined && { at: [y, x] as const }) };
}
