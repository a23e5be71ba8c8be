// Changes the structure of an ONNX file, as exporters, editors and attackers might. Most results still parse, but mean
// something else or nothing.
import type { Rng } from '../../src/core/rng.js';
import {
  attributesOf,
  ELEMENT,
  type FileAttribute,
  type FileNode,
  type FileTensor,
  type OnnxFile,
} from './onnxFile.js';

/** Changes the file in place and returns a description; undefined if there is nothing to change. */
type Mutation = (file: OnnxFile, random: Random) => string | undefined;

export interface Random {
  below(n: number): number;
  pick<T>(list: readonly T[]): T;
  chance(p: number): boolean;
}

export function randomOf(rng: Rng): Random {
  const below = (n: number) => Math.floor(rng.uniform() * n);
  return { below, pick: (list) => list[below(list.length)], chance: (p) => rng.uniform() < p };
}

/** Small numbers, so that no engine is asked for gigabytes. */
const INTEGERS = [-9, -5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 100];
const FLOATS = [-1, 0, 1e-5, 0.5, 1, 2, 3.5, 1e4];
const WORDS = [
  ...[
    '',
    'xyz',
    'NOTSET',
    'SAME_UPPER',
    'SAME_LOWER',
    'VALID',
    'constant',
    'reflect',
    'edge',
    'wrap',
    'nearest',
    'linear',
  ],
  ...[
    'cubic',
    'half_pixel',
    'pytorch_half_pixel',
    'align_corners',
    'asymmetric',
    'tf_half_pixel_for_nn',
    'floor',
    'ceil',
  ],
  ...[
    'round_prefer_floor',
    'round_prefer_ceil',
    'tf_crop_and_resize',
    'DCR',
    'CRD',
    'none',
    'tanh',
    'not_larger',
    'stretch',
  ],
];
const TYPES = [
  ...[
    'Relu',
    'Sigmoid',
    'Add',
    'Mul',
    'Sub',
    'Div',
    'MatMul',
    'Gemm',
    'Conv',
    'ConvTranspose',
    'MaxPool',
    'AveragePool',
  ],
  ...[
    'GlobalAveragePool',
    'GlobalMaxPool',
    'Concat',
    'Flatten',
    'Reshape',
    'Transpose',
    'Softmax',
    'LogSoftmax',
    'PRelu',
  ],
  ...[
    'BatchNormalization',
    'InstanceNormalization',
    'LRN',
    'Identity',
    'Dropout',
    'Squeeze',
    'Unsqueeze',
    'ReduceMean',
  ],
  ...[
    'Pad',
    'Resize',
    'Upsample',
    'Slice',
    'Split',
    'Clip',
    'LeakyRelu',
    'Elu',
    'Neg',
    'Abs',
    'Exp',
    'Tile',
    'Expand',
    'Gather',
  ],
  ...[
    'DepthToSpace',
    'SpaceToDepth',
    'Max',
    'Min',
    'Sum',
    'Mean',
    'Pow',
    'ArgMax',
    'Hardmax',
    'LpPool',
    'ReduceSum',
    'Cast',
  ],
];
/** Attributes that an operator may or may not have. */
const ATTRIBUTES = {
  integers: [
    'axis',
    'group',
    'ceil_mode',
    'count_include_pad',
    'keepdims',
    'transA',
    'transB',
    'blocksize',
    'size',
    'to',
  ],
  lists: ['pads', 'strides', 'dilations', 'kernel_shape', 'axes', 'perm', 'split', 'output_padding', 'output_shape'],
  floats: ['alpha', 'beta', 'epsilon', 'bias', 'ratio', 'momentum'],
  words: ['auto_pad', 'mode', 'coordinate_transformation_mode', 'nearest_mode', 'approximate'],
} as const;

const names = (file: OnnxFile): string[] => [
  ...file.inputs.map((i) => i.name),
  ...file.tensors.map((t) => t.name),
  ...file.nodes.flatMap((n) => n.outputs),
];
const said = (node: FileNode): string => `${node.type} (${node.outputs[0]})`;

const domain: Mutation = (file, { pick }) => {
  const node = pick(file.nodes);
  node.domain = pick(['ai.onnx', 'com.example', 'com.microsoft', 'ai.onnx.ml', 'x']);
  if (node.domain !== 'ai.onnx') file.domains.push([node.domain, 1]);
  return `${said(node)} is of domain ${node.domain}`;
};

const operator: Mutation = (file, { pick }) => {
  const node = pick(file.nodes);
  const before = said(node);
  node.type = pick(TYPES);
  return `${before} becomes ${node.type}`;
};

/** Changes, adds or removes one entry of a list of integers. */
function changed(list: number[], { below, pick }: Random): void {
  const kind = below(4);
  if (kind === 0 || list.length === 0) list.push(pick(INTEGERS));
  else if (kind === 1) list.splice(below(list.length), 1);
  else if (kind === 2) list[below(list.length)] *= -1;
  else list[below(list.length)] = pick(INTEGERS);
}

const attribute: Mutation = (file, random) => {
  const node = random.pick(file.nodes.filter((n) => n.attributes.length > 0));
  if (!node) return undefined;
  const a = random.pick(node.attributes);
  // With a larger power of a norm, f32 has no precision left.
  if (a.int !== undefined) a.int = a.name === 'p' ? random.pick([0, 1, 2, 3, 4]) : random.pick(INTEGERS);
  else if (a.float !== undefined) a.float = random.pick(FLOATS);
  else if (a.string !== undefined) a.string = random.pick(WORDS);
  else if (a.ints) changed(a.ints, random);
  else return undefined;
  return `${said(node)}: ${a.name} becomes ${a.int ?? a.float ?? a.string ?? `[${a.ints}]`}`;
};

const attributeKind: Mutation = (file, { pick }) => {
  const node = pick(file.nodes.filter((n) => n.attributes.length > 0));
  if (!node) return undefined;
  const a = pick(node.attributes);
  const others: FileAttribute[] = [
    { name: a.name, int: 1 },
    { name: a.name, float: 1 },
    { name: a.name, string: 'x' },
    { name: a.name, ints: [1, 1] },
    { name: a.name, floats: [1, 1] },
  ];
  node.attributes[node.attributes.indexOf(a)] = pick(others);
  return `${said(node)}: ${a.name} is of another kind`;
};

const attributeGone: Mutation = (file, { pick, below }) => {
  const node = pick(file.nodes.filter((n) => n.attributes.length > 0));
  const [gone] = node ? node.attributes.splice(below(node.attributes.length), 1) : [];
  return gone && `${said(node)}: ${gone.name} is gone`;
};

const attributeAdded: Mutation = (file, { pick, below }) => {
  const node = pick(file.nodes);
  const made = [
    () => ({ [pick(ATTRIBUTES.integers)]: pick(INTEGERS) }),
    () => ({ [pick(ATTRIBUTES.lists)]: Array.from({ length: 1 + below(4) }, () => pick(INTEGERS)) }),
    () => ({ [pick(ATTRIBUTES.floats)]: { float: pick(FLOATS) } }),
    () => ({ [pick(ATTRIBUTES.words)]: pick(WORDS) }),
  ];
  const [added] = attributesOf(pick(made)());
  node.attributes = [...node.attributes.filter((a) => a.name !== added.name), added];
  return `${said(node)}: ${added.name} is given, ${added.int ?? added.float ?? added.string ?? `[${added.ints}]`}`;
};

const inputs: Mutation = (file, { pick, below }) => {
  const node = pick(file.nodes.filter((n) => n.inputs.length > 0));
  if (!node) return undefined;
  const i = below(node.inputs.length);
  const kind = below(5);
  if (kind === 0) node.inputs.splice(i, 1);
  else if (kind === 1) node.inputs[i] = pick(names(file));
  else if (kind === 2) node.inputs.push(pick(names(file)));
  else if (kind === 3) node.inputs.reverse();
  else node.inputs[i] = '';
  return `${said(node)} reads ${node.inputs}`;
};

const outputs: Mutation = (file, { pick, chance }) => {
  const node = pick(file.nodes);
  if (chance(0.5)) node.outputs.push(pick([...names(file), 'more', '']));
  else node.outputs[0] = pick([...names(file), 'renamed']);
  return `${node.type} makes ${node.outputs}`;
};

const order: Mutation = (file, { below }) => {
  const [a, b] = [below(file.nodes.length), below(file.nodes.length)];
  [file.nodes[a], file.nodes[b]] = [file.nodes[b], file.nodes[a]];
  return `nodes ${a} and ${b} change places`;
};

const nodeGone: Mutation = (file, { below }) => {
  if (file.nodes.length < 2) return undefined;
  const [gone] = file.nodes.splice(below(file.nodes.length), 1);
  return `${said(gone)} is gone`;
};

/** Renames a blob everywhere, which changes nothing, or in one place. */
const rename: Mutation = (file, { pick, chance }) => {
  const from = pick(names(file).filter((n) => n !== ''));
  const to = pick(['other', 'y', 'x', 'constructor', 'layer/1:0']);
  const everywhere = chance(0.5) && !names(file).includes(to);
  const renamed = (n: string) => (n === from ? to : n);
  for (const node of file.nodes) {
    node.inputs = node.inputs.map(renamed);
    if (everywhere) node.outputs = node.outputs.map(renamed);
  }
  if (everywhere) for (const v of [...file.inputs, ...file.tensors, ...file.outputs]) v.name = renamed(v.name);
  return `${from} is named ${to} ${everywhere ? 'everywhere' : 'where it is read'}`;
};

/** Gives a node the name of another node's blob. */
const nodeName: Mutation = (file, { pick }) => {
  const node = pick(file.nodes);
  node.name = pick(names(file));
  return `${said(node)} is named ${node.name}`;
};

const tensorOf = (file: OnnxFile, { pick }: Random): FileTensor | undefined => pick(file.tensors);

const tensorShape: Mutation = (file, random) => {
  const tensor = tensorOf(file, random);
  if (!tensor) return undefined;
  const kind = random.below(4);
  if (kind === 0) tensor.dims = [...tensor.dims].reverse();
  else if (kind === 1) tensor.dims = [...tensor.dims, 1];
  else if (kind === 2) tensor.dims = [1, ...tensor.dims];
  else changed(tensor.dims, random);
  return `${tensor.name} is [${tensor.dims}]`;
};

/** Adds or removes elements along one axis, with their bytes. */
const tensorSize: Mutation = (file, random) => {
  const tensor = tensorOf(file, random);
  if (!tensor || tensor.dims.length === 0 || tensor.raw.length === 0) return undefined;
  const axis = random.below(tensor.dims.length);
  const before = tensor.dims.reduce((a, b) => a * b, 1);
  const width = tensor.raw.length / before;
  tensor.dims[axis] = random.pick([0, 1, 1, 2, 3, 4, tensor.dims[axis] + 1, tensor.dims[axis] * 2]);
  const size = tensor.dims.reduce((a, b) => a * b, 1) * width;
  if (!Number.isInteger(size) || size < 0 || size > 2 ** 20) return undefined;
  const old = tensor.raw;
  tensor.raw = Uint8Array.from({ length: size }, (_, i) => old[i % old.length]);
  return `${tensor.name} has ${tensor.dims} elements`;
};

const tensorBytes: Mutation = (file, random) => {
  const tensor = tensorOf(file, random);
  if (!tensor) return undefined;
  const more = random.pick([-8, -4, -1, 1, 4, 8]);
  const old = tensor.raw;
  tensor.raw = Uint8Array.from({ length: Math.max(0, old.length + more) }, (_, i) => old[i] ?? 0);
  return `${tensor.name} has ${more} bytes more`;
};

/** Changes integers of a list, such as a shape. */
const tensorValues: Mutation = (file, random) => {
  const tensor = random.pick(file.tensors.filter((t) => t.type === ELEMENT.int64 && t.raw.length >= 8));
  if (!tensor) return undefined;
  const at = 8 * random.below(Math.floor(tensor.raw.length / 8));
  const view = new DataView(tensor.raw.buffer, tensor.raw.byteOffset, tensor.raw.byteLength);
  const value = random.pick(INTEGERS);
  view.setBigInt64(at, BigInt(value), true);
  return `${tensor.name}[${at / 8}] is ${value}`;
};

const tensorType: Mutation = (file, random) => {
  const tensor = tensorOf(file, random);
  if (!tensor) return undefined;
  tensor.type = random.pick([ELEMENT.float, ELEMENT.int64, ELEMENT.int32, ELEMENT.double, 9, 2]);
  const width = { [ELEMENT.int64]: 8, [ELEMENT.double]: 8, 9: 1, 2: 1 }[tensor.type] ?? 4;
  const size = tensor.dims.reduce((a, b) => a * b, 1);
  if (random.chance(0.8) && size >= 0 && size < 2 ** 17) tensor.raw = new Uint8Array(size * width);
  return `${tensor.name} is of type ${tensor.type}`;
};

const tensorGone: Mutation = (file, { below }) => {
  const [gone] = file.tensors.splice(below(file.tensors.length), 1);
  return gone && `${gone.name} is gone`;
};

/** Changes the input's size: a fixed batch, another height, one axis more or less. */
const inputShape: Mutation = (file, random) => {
  const { shape } = file.inputs[0];
  const kind = random.below(4);
  if (kind === 0 && shape.length > 0) shape[0] = random.pick([1, 2, 3, 4, 'batch']);
  else if (kind === 1) shape.push(random.pick([1, 2, 3]));
  else if (kind === 2) shape.pop();
  else if (shape.length > 0) shape[random.below(shape.length)] = random.pick([1, 2, 3, 4, 5, 8, 9]);
  return `${file.inputs[0].name} is [${shape}]`;
};

const opset: Mutation = (file, { pick }) => {
  file.opset = pick([6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22]);
  return `opset ${file.opset}`;
};

const graphOutputs: Mutation = (file, { pick, chance }) => {
  if (chance(0.5)) file.outputs[0] = { ...file.outputs[0], name: pick([...names(file), 'nope']), shape: [] };
  else file.outputs.push({ name: pick([...names(file), 'nope']), type: ELEMENT.float, shape: [] });
  return `the outputs are ${file.outputs.map((o) => o.name)}`;
};

/** Declares shapes that contradict the nodes. */
const declared: Mutation = (file, { pick, below, chance }) => {
  const shape = Array.from({ length: below(5) }, () => 1 + below(5));
  if (chance(0.5)) file.outputs[0] = { ...file.outputs[0], shape };
  else file.values.push({ name: pick(names(file)), type: pick([1, 7]), shape });
  return `a value is said to be [${shape}]`;
};

const MUTATIONS: readonly Mutation[] = [
  ...[attribute, attribute, attribute, attributeAdded, attributeAdded, attributeGone, attributeKind],
  ...[inputs, inputs, outputs, order, nodeGone, rename, nodeName, domain, operator, operator, opset],
  ...[
    tensorShape,
    tensorShape,
    tensorSize,
    tensorSize,
    tensorBytes,
    tensorValues,
    tensorValues,
    tensorType,
    tensorGone,
  ],
  ...[inputShape, inputShape, graphOutputs, declared],
];

/** A copy of the file with one to three changes, and their descriptions. */
export function mutated(original: OnnxFile, random: Random): { readonly file: OnnxFile; readonly changes: string[] } {
  const file = structuredClone(original);
  const changes: string[] = [];
  const wanted = random.pick([1, 1, 1, 2, 2, 3]);
  for (let tries = 0; changes.length < wanted && tries < 20; tries++) {
    const change = random.pick(MUTATIONS)(file, random);
    if (change) changes.push(change);
  }
  return { file, changes };
}
