// Published nets whose files do not say how pixels become their input: how to recognise them, their preprocessing and their
// labels. models/zoo.json lists some of them for download.
//
// The 1000 class names of ILSVRC 2012 are those that TensorFlow.js's MobileNet ships (Apache-2.0), in WordNet's words.
import type { Shape } from '../core/shape.js';
import type { Preprocessing } from '../graph/model.js';

/** The first numbers of a weight, to four digits. This identifies trained weights in any file format and precision. */
export interface WeightPrint {
  readonly shape: Shape;
  readonly starts: readonly number[];
}

/** Ways to recognise a net. One match is enough. */
export interface Evidence {
  /** SHA-256 of files that are this net. */
  readonly sha256?: readonly string[];
  /** The first numbers of the first and the last layer with weights. They identify a net whatever its layers are called. */
  readonly weights?: { readonly first: WeightPrint; readonly last: WeightPrint };
  /** Shapes of some weights by their keys, which contain layer names: the architecture as its authors published it. */
  readonly layers?: Readonly<Record<string, Shape>>;
}

/** A published net: what tells it from others, how its images become its input, and the names of its classes. */
export interface KnownNet {
  /** The name as in models/zoo.json, if the net is there. */
  readonly name: string;
  readonly title: string;
  readonly recognise: Evidence;
  readonly preprocessing: Omit<Preprocessing, 'stated'>;
  /** The list of class names; `knownLabels` returns it. */
  readonly labels?: LabelList;
  /** `white`: the net was trained on white strokes on black, so ink on paper must be inverted for it. */
  readonly ink?: 'white';
  /** A further remark for the user: a sentence without its full stop. */
  readonly remark?: string;
}

/** A list of class names that comes with the package: ImageNet's in the order of its synsets. */
export type LabelList = 'imagenet' | 'cifar10' | 'digits' | 'tinyvgg';

/** The mean of ImageNet's training pictures, in BGR, as Caffe's nets were trained with it. */
const CAFFE = { order: 'bgr', mean: [104, 117, 123], scale: 1, fit: 'crop' } as const;
/** The mean that VGG's authors publish with their nets. */
const VGG = { ...CAFFE, mean: [103.939, 116.779, 123.68] } as const;
/** torchvision's mean and deviation of pixels from 0 to 1. */
const TORCHVISION = {
  order: 'rgb',
  mean: [123.675, 116.28, 103.53],
  scale: [1 / 58.395, 1 / 57.12, 1 / 57.375],
  fit: 'crop',
} as const;
const GRAY = { order: 'gray', mean: [0], fit: 'crop' } as const;

export const KNOWN_NETS: readonly KnownNet[] = [
  {
    name: 'googlenet',
    title: 'BVLC GoogLeNet',
    recognise: {
      sha256: ['5725ccfd90845735ce5897faf7843c3f9b13acda3c4f3bff82cb21c9337c9de8'],
      weights: {
        first: { shape: [64, 3, 7, 7], starts: [0.0882, 0.03742, 0.04911, 0.1627, 0.1574, 0.0177] },
        last: { shape: [1000, 1024], starts: [0.05422, -0.02655, 0.01532, -0.01997, 0.007837, 0.02936] },
      },
      layers: {
        'conv1/7x7_s2.w': [64, 3, 7, 7],
        'inception_3a/1x1.w': [64, 192, 1, 1],
        'inception_5b/pool_proj.w': [128, 832, 1, 1],
        'loss3/classifier.w': [1000, 1024],
      },
    },
    preprocessing: CAFFE,
    labels: 'imagenet',
  },
  {
    name: 'squeezenet-v1.1',
    title: 'SqueezeNet v1.1',
    recognise: {
      sha256: ['72b912ace512e8621f8ff168a7d72af55910d3c7c9445af8dfbff4c2ee960142'],
      weights: {
        first: { shape: [64, 3, 3, 3], starts: [0.2572, 0.3594, 0.2034, -0.1004, -0.158, -0.09804] },
        last: { shape: [1000, 512, 1, 1], starts: [-0.03585, 0.05973, 0.03554, 0.002967, -0.02, 0.02041] },
      },
      layers: {
        'conv1.w': [64, 3, 3, 3],
        'fire2/squeeze1x1.w': [16, 64, 1, 1],
        'fire9/expand3x3.w': [256, 64, 3, 3],
        'conv10.w': [1000, 512, 1, 1],
      },
    },
    preprocessing: CAFFE,
    labels: 'imagenet',
  },
  {
    name: 'squeezenet-v1.0',
    title: 'SqueezeNet v1.0',
    recognise: {
      layers: {
        'conv1.w': [96, 3, 7, 7],
        'fire2/squeeze1x1.w': [16, 96, 1, 1],
        'fire9/expand3x3.w': [256, 64, 3, 3],
        'conv10.w': [1000, 512, 1, 1],
      },
    },
    preprocessing: CAFFE,
    labels: 'imagenet',
  },
  {
    name: 'caffenet',
    title: 'CaffeNet or AlexNet (BVLC)',
    recognise: {
      sha256: ['802138332cf3e423c82a9a80c76e4f9227dd4effb3aba55413601fa4345cfd36'],
      layers: {
        'conv1.w': [96, 3, 11, 11],
        'conv2.w': [256, 48, 5, 5],
        'conv5.w': [256, 192, 3, 3],
        'fc6.w': [4096, 9216],
        'fc8.w': [1000, 4096],
      },
    },
    preprocessing: CAFFE,
    labels: 'imagenet',
  },
  {
    name: 'nin',
    title: 'Network in Network (ImageNet)',
    recognise: {
      layers: { 'conv1.w': [96, 3, 11, 11], 'cccp1.w': [96, 96, 1, 1], 'cccp8.w': [1000, 1024, 1, 1] },
    },
    preprocessing: CAFFE,
    labels: 'imagenet',
  },
  {
    name: 'vgg',
    title: 'VGG of 16 or 19 layers',
    recognise: {
      layers: {
        'conv1_1.w': [64, 3, 3, 3],
        'conv5_3.w': [512, 512, 3, 3],
        'fc6.w': [4096, 25088],
        'fc8.w': [1000, 4096],
      },
    },
    preprocessing: VGG,
    labels: 'imagenet',
  },
  {
    name: 'mobilenet-v1-0.25',
    title: 'MobileNet v1 0.25 (224)',
    recognise: {
      weights: {
        first: { shape: [8, 3, 3, 3], starts: [0.08744, 0.08974, 0.04087, 0.1164, 0.1474, 0.1024] },
        last: { shape: [1000, 256, 1, 1], starts: [0.06743, -0.05724, 0.1448, -0.03779, -0.1804, 0.0775] },
      },
    },
    preprocessing: { order: 'rgb', mean: [127.5, 127.5, 127.5], scale: 1 / 127.5, fit: 'crop' },
    labels: 'imagenet',
  },
  {
    name: 'resnet20-cifar10',
    title: 'ResNet-20 (CIFAR-10)',
    recognise: {
      weights: {
        first: { shape: [16, 3, 3, 3], starts: [-0.0568, -0.06677, 0.3374, -0.1405, 0.5941, 0.05022] },
        last: { shape: [10, 64], starts: [-1.06, 0.5689, -0.02525, -0.1444, -0.4623, 0.05834] },
      },
    },
    preprocessing: TORCHVISION,
    labels: 'cifar10',
  },
  {
    name: 'resnet56-cifar10',
    title: 'ResNet-56 (CIFAR-10)',
    recognise: {
      weights: {
        first: { shape: [16, 3, 3, 3], starts: [-0.1298, -0.3225, -0.3342, -0.1219, -0.1007, -0.2455] },
        last: { shape: [10, 64], starts: [-0.3613, -0.2306, 0.3865, 0.7447, -0.7754, -0.1828] },
      },
    },
    preprocessing: TORCHVISION,
    labels: 'cifar10',
  },
  {
    name: 'cifar10-full',
    title: 'cifar10_full of Caffe',
    recognise: {
      weights: {
        first: { shape: [32, 3, 5, 5], starts: [-0.04251, -0.02448, -0.008607, 0.06719, 0.08763, -0.07915] },
        last: { shape: [10, 1024], starts: [0.007837, 0.01008, 0.005847, 0.001245, 0.005434, 0.001556] },
      },
      layers: { 'conv1.w': [32, 3, 5, 5], 'conv2.w': [32, 32, 5, 5], 'conv3.w': [64, 32, 5, 5], 'ip1.w': [10, 1024] },
    },
    // The mean of each channel over CIFAR-10's training pictures.
    preprocessing: { order: 'rgb', mean: [125.3, 123, 113.9], scale: 1, fit: 'crop' },
    labels: 'cifar10',
    remark: 'it was trained with a mean image, of which this is the mean per channel; --mean takes the image itself',
  },
  {
    name: 'lenet',
    title: 'LeNet of Caffe (MNIST)',
    recognise: {
      weights: {
        first: { shape: [20, 1, 5, 5], starts: [0.2347, 0.3006, 0.07211, -0.256, -0.03082, 0.313] },
        last: { shape: [10, 500], starts: [-0.08474, -0.0811, 0.005636, 0.0148, 0.00226, -0.01345] },
      },
      layers: { 'conv1.w': [20, 1, 5, 5], 'conv2.w': [50, 20, 5, 5], 'ip1.w': [500, 800], 'ip2.w': [10, 500] },
    },
    preprocessing: { ...GRAY, scale: 1 / 256 },
    labels: 'digits',
    ink: 'white',
  },
  {
    name: 'mnist-cntk',
    title: 'the MNIST net of CNTK',
    recognise: {
      weights: {
        first: { shape: [8, 1, 5, 5], starts: [-0.008906, -0.2369, -0.5088, -0.06456, 0.1418, -0.592] },
        last: { shape: [10, 256], starts: [0.09163, -0.04845, -0.1922, 0.01803, -0.1535, -0.1682] },
      },
    },
    preprocessing: { ...GRAY, scale: 1 },
    labels: 'digits',
    ink: 'white',
  },
  {
    name: 'doodlenet',
    title: 'DoodleNet (QuickDraw)',
    recognise: {
      weights: {
        first: { shape: [16, 1, 3, 3], starts: [0.02874, -0.07324, 0.05625, 0.08724, -0.206, 0.1161] },
        last: { shape: [345, 512], starts: [0.2072, -0.3758, -0.1676, -0.3446, 0.1183, -0.6193] },
      },
    },
    preprocessing: { ...GRAY, scale: 1 / 255 },
    ink: 'white',
  },
  {
    name: 'tinyvgg',
    title: 'Tiny VGG of CNN Explainer',
    recognise: {
      weights: {
        first: { shape: [10, 3, 3, 3], starts: [-0.3016, -0.2149, 0.07296, -0.1914, 0.09639, -0.01155] },
        last: { shape: [10, 1690], starts: [0.03191, 0.03243, 0.07034, 0.01818, 0.01149, 0.04678] },
      },
    },
    preprocessing: { order: 'rgb', mean: [0, 0, 0], scale: 1 / 255, fit: 'crop' },
    labels: 'tinyvgg',
  },
];
