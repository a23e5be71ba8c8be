// The networks of docs/gallery.md: what is drawn of each, and by what.
import { join } from 'node:path';
import { sharedData } from '../../test/support/shared.js';

/** What the page shows of a network. */
export interface GalleryNet {
  /** Begins the names of its pictures. */
  readonly id: string;
  readonly name: string;
  readonly about: string;
  /** As the command takes it. */
  readonly model: string;
  /** Options that say how pixels become its input, and what its classes are. */
  readonly options: readonly string[];
  /** Files that must be there. */
  readonly files: readonly string[];
  /** The commands as the page shows them. */
  readonly command: readonly string[];
  readonly columns: readonly { readonly title: string; readonly unit: string }[];
  readonly rows: readonly { readonly preset: string; readonly steps?: number }[];
  readonly classes: {
    readonly layer: string;
    readonly channels: readonly number[];
    readonly labels: readonly string[];
    readonly preset: string;
    readonly steps?: number;
    /** Images at once: few, so that little is lost where a run stops. */
    readonly batch?: number;
    /** Seeds of each run of the command: runs that were made apart are shown together. */
    readonly runs: readonly (readonly number[])[];
    readonly about: string;
  };
}

/** What a reader took the pictures of a network's classes for. */
export interface Naming {
  /** The network's id. */
  readonly sheet: string;
  /** Who named them, and how. */
  readonly reader: string;
  /** One for each class, in the order of the page. */
  readonly said: readonly string[];
  readonly right: readonly boolean[];
}

export const escaped = (text: string): string => text.replaceAll('|', '\\|');

/** A file of the test data; where there is none, its network's pictures stay as they are. */
const at = (...path: string[]): string => join(sharedData() ?? '', ...path);

/** Drawn at random: `createRng(25)`, the first 20 that differ. */
const DRAWN: readonly (readonly [channel: number, label: string])[] = [
  [870, 'tricycle'],
  [582, 'grocery store'],
  [278, 'kit fox'],
  [185, 'Norfolk terrier'],
  [411, 'apron'],
  [117, 'chambered nautilus'],
  [684, 'ocarina'],
  [437, 'lighthouse'],
  [556, 'fire screen'],
  [367, 'chimpanzee'],
  [402, 'acoustic guitar'],
  [113, 'snail'],
  [447, 'binoculars'],
  [585, 'hair spray'],
  [161, 'basset'],
  [520, 'crib'],
  [326, 'lycaenid butterfly'],
  [699, 'panpipe'],
  [366, 'gorilla'],
  [836, 'sunglass'],
];
const drawn = { channels: DRAWN.map(([channel]) => channel), labels: DRAWN.map(([, label]) => label) };
const LIST = DRAWN.map(([channel]) => channel).join(',');

const WORLD =
  'face,house,tree,fish,car,clock,flower,cup,boat,key,bird,butterfly,mushroom,umbrella,lamp,book,apple,ball,bottle,market';

/** The rows of a network that takes 224 pixels, with as many steps as two processor cores make in minutes. */
const LARGE_ROWS = [
  { preset: 'spectrum', steps: 70 },
  { preset: 'maco', steps: 80 },
  { preset: 'lucid', steps: 100 },
  { preset: 'deepdream' },
  { preset: 'simonyan', steps: 40 },
  { preset: 'erhan', steps: 40 },
] as const;
const SMALL_ROWS = ['spectrum', 'maco', 'lucid', 'deepdream', 'simonyan', 'erhan', 'small'].map((preset) => ({
  preset,
}));

const mini = (name: string, about: string, columns: GalleryNet['columns'], layer: string): GalleryNet => ({
  id: name,
  name,
  about,
  model: name,
  options: [],
  files: [],
  command: [
    `convscope gallery ${name} --units ${columns.map(({ unit }) => unit).join(',')} --presets NAME --seeds 0,1 --out gallery`,
    `convscope gallery ${name} --seeds 0,1,2,3 --out gallery`,
  ],
  columns,
  rows: SMALL_ROWS,
  classes: {
    layer,
    channels: Array.from({ length: 20 }, (_, i) => i),
    labels: WORLD.split(','),
    preset: 'spectrum',
    runs: [[0, 1, 2, 3]],
    about:
      'All classes, by `spectrum`, in the order of the table. The reader had the list of the labels, and saw the tiles shuffled.',
  },
});

/** Published weights for 1000 classes. */
const imagenet = (
  net: Pick<GalleryNet, 'id' | 'name' | 'about' | 'model' | 'options' | 'files' | 'columns' | 'rows'>,
  shown: string,
  layer: string,
): GalleryNet => ({
  ...net,
  command: [
    `convscope gallery ${shown} --units ${net.columns.map(({ unit }) => unit).join(',')} --presets NAME --steps N --seeds 0,1 --out gallery`,
    `convscope gallery ${shown} --layers ${layer} --units ${LIST} --steps 70 --seeds 0,1 --out gallery`,
  ],
  classes: {
    layer,
    ...drawn,
    preset: 'spectrum',
    steps: 70,
    batch: 4,
    runs: [[0], [1]],
    about:
      '20 of the 1000 classes, drawn at random before anything was made, by `spectrum` in 70 steps, in the order of the table. The reader saw the tiles shuffled, without labels or a list, and named what is shown. Another species, breed or make of the right kind counts as right, such as a red fox for a kit fox.',
  },
});

const MINI_COLUMNS = [
  { title: 'conv1', unit: 'conv1:5' },
  { title: 'conv2', unit: 'conv2:10' },
  { title: 'conv3', unit: 'conv3:20' },
  { title: 'conv4', unit: 'conv4:20' },
  { title: 'conv5', unit: 'conv5:3' },
  { title: 'face', unit: 'fc8:0' },
  { title: 'house', unit: 'fc8:1' },
  { title: 'cup', unit: 'fc8:7' },
];

export const NETS: readonly GalleryNet[] = [
  imagenet(
    {
      id: 'googlenet',
      name: 'GoogLeNet',
      about:
        'BVLC GoogLeNet, 1000 classes of ImageNet, 224 pixels. The four presets of Yosinski et al. 2015 are in [pictures.md](pictures.md#the-four-presets), with more steps.',
      model: `${at('googlenet', 'deploy.prototxt')},${at('googlenet', 'bvlc_googlenet.caffemodel')}`,
      options: ['--mean', '104,117,123', '--order', 'bgr'],
      files: [at('googlenet', 'deploy.prototxt'), at('googlenet', 'bvlc_googlenet.caffemodel')],
      columns: [
        { title: 'conv2', unit: 'conv2/3x3:40' },
        { title: 'inception 3b', unit: 'inception_3b/output:100' },
        { title: 'inception 4c', unit: 'inception_4c/output:120' },
        { title: 'inception 5b', unit: 'inception_5b/output:500' },
        { title: 'flamingo', unit: 'loss3/classifier:130' },
      ],
      rows: LARGE_ROWS,
    },
    'deploy.prototxt,bvlc_googlenet.caffemodel --mean 104,117,123 --order bgr',
    'loss3/classifier',
  ),
  imagenet(
    {
      id: 'squeezenet',
      name: 'SqueezeNet v1.1',
      about: '1000 classes of ImageNet, 227 pixels.',
      model: `${at('squeezenet_v1.1', 'deploy.prototxt')},${at('squeezenet_v1.1', 'squeezenet_v1.1.caffemodel')}`,
      options: ['--mean', '104,117,123', '--order', 'bgr'],
      files: [at('squeezenet_v1.1', 'deploy.prototxt'), at('squeezenet_v1.1', 'squeezenet_v1.1.caffemodel')],
      columns: [
        { title: 'fire 3', unit: 'fire3/concat:40' },
        { title: 'fire 5', unit: 'fire5/concat:100' },
        { title: 'fire 7', unit: 'fire7/concat:200' },
        { title: 'fire 9', unit: 'fire9/concat:300' },
        { title: 'flamingo', unit: 'pool10:130' },
      ],
      rows: LARGE_ROWS.slice(0, 3),
    },
    'deploy.prototxt,squeezenet_v1.1.caffemodel --mean 104,117,123 --order bgr',
    'pool10',
  ),
  imagenet(
    {
      id: 'mobilenet',
      name: 'MobileNet v1, width 0.25',
      about: '1000 classes of ImageNet, 224 pixels, 55 % right at the first guess: 0.47 million weights.',
      model: at('natural', 'mobilenet_v1_025', 'model.onnx'),
      options: [
        '--mean',
        '127.5',
        '--scale',
        '0.00784313725',
        '--order',
        'rgb',
        '--labels',
        at('labels', 'synset_words.txt'),
      ],
      files: [at('natural', 'mobilenet_v1_025', 'model.onnx'), at('labels', 'synset_words.txt')],
      columns: [{ title: 'flamingo', unit: 'logits:130' }],
      rows: LARGE_ROWS.slice(0, 3),
    },
    'model.onnx --mean 127.5 --scale 0.00784313725 --order rgb --labels synset_words.txt',
    'logits',
  ),
  mini('mini-caffenet', 'CaffeNet in miniature, trained on the [toy world](world.md), 64 pixels.', MINI_COLUMNS, 'fc8'),
  mini(
    'mini-caffenet-robust',
    'The same net, trained on against an adversary ([its card](../models/mini-caffenet-robust.md)): the same units, the same recipes.',
    MINI_COLUMNS,
    'fc8',
  ),
];
